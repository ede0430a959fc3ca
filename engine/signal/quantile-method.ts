/** How a quantile between two values is made; names and meanings of numpy.quantile, which follow Hyndman and Fan (1996). */
export const QUANTILE_METHODS = [
  'linear',
  'lower',
  'higher',
  'nearest',
  'midpoint',
  'inverted_cdf',
  'averaged_inverted_cdf',
  'closest_observation',
  'interpolated_inverted_cdf',
  'hazen',
  'weibull',
  'median_unbiased',
  'normal_unbiased'
] as const;
export type QuantileMethod = (typeof QUANTILE_METHODS)[number];

/** Two neighbouring ranks (0-based) and the share of the upper one. */
export interface RankPair {
  readonly lower: number;
  readonly share: number;
}

/** Where among `count` sorted values the quantile `q` lies; `count` is at least 1. */
export function rankOf(count: number, q: number, method: QuantileMethod): RankPair {
  switch (method) {
    case 'lower':
      return whole(Math.floor((count - 1) * q), count);
    case 'higher':
      return whole(Math.ceil((count - 1) * q), count);
    case 'nearest':
      return whole(roundHalfToEven((count - 1) * q), count);
    case 'midpoint': {
      const rank = (count - 1) * q;
      return { lower: Math.floor(rank), share: Number.isInteger(rank) ? 0 : 0.5 };
    }
    case 'inverted_cdf':
      return whole(Math.ceil(count * q - 1), count);
    case 'averaged_inverted_cdf': {
      const rank = count * q - 1;
      return Number.isInteger(rank) ? clipped({ lower: rank, share: 0.5 }, count) : whole(Math.ceil(rank), count);
    }
    case 'closest_observation':
      return whole(closestObservation(count * q - 1.5), count);
    default: {
      const [alpha, beta] = PLOTTING_POSITIONS[method];
      const rank = count * q + (alpha + q * (1 - alpha - beta)) - 1;
      const lower = Math.floor(rank);
      return clipped({ lower, share: rank - lower }, count);
    }
  }
}

/** Hyndman and Fan's (α, β). */
const PLOTTING_POSITIONS = {
  linear: [1, 1],
  interpolated_inverted_cdf: [0, 1],
  hazen: [0.5, 0.5],
  weibull: [0, 0],
  median_unbiased: [1 / 3, 1 / 3],
  normal_unbiased: [3 / 8, 3 / 8]
} as const;

function whole(rank: number, count: number): RankPair {
  return clipped({ lower: rank, share: 0 }, count);
}

function clipped(pair: RankPair, count: number): RankPair {
  if (pair.lower < 0) return { lower: 0, share: 0 };
  return pair.lower >= count - 1 ? { lower: count - 1, share: 0 } : pair;
}

function roundHalfToEven(rank: number): number {
  const lower = Math.floor(rank);
  if (rank - lower !== 0.5) return Math.round(rank);
  return lower % 2 === 0 ? lower : lower + 1;
}

/** Of two equally near the one with an even 1-based number. */
function closestObservation(rank: number): number {
  const lower = Math.floor(rank);
  return rank === lower && lower % 2 !== 0 ? lower : lower + 1;
}

/** The value a `share` of the way from `lower` to `upper`, rounded as numpy does, so that it never passes either. */
export function between(lower: number, upper: number, share: number): number {
  if (share === 0 || lower === upper) return lower;
  const distance = upper - lower;
  return share < 0.5 ? lower + distance * share : upper - distance * (1 - share);
}
