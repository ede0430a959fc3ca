import type { Complex } from './complex';
import { complex, magnitude, subtract } from './complex';
import type { ZeroPole } from './zero-pole';

/** One second-order section: [b0, b1, b2, a0 = 1, a1, a2], as in SciPy's `sos`. */
export type Section = readonly [number, number, number, number, number, number];

/** Share of its magnitude below which an imaginary part is rounding. */
const REAL_TOLERANCE = 100 * Number.EPSILON;

/**
 * Second-order sections of a filter with as many zeros as poles, `scipy.signal.zpk2sos` with pairing `nearest`: the pole
 * closest to the unit circle takes the zero closest to it and goes last; the gain is in the first section.
 */
export function sectionsOf({ zeros, poles, gain }: ZeroPole): Section[] {
  const odd = poles.length % 2 === 1 ? [complex(0)] : [];
  const z = halves([...zeros, ...odd]);
  const p = halves([...poles, ...odd]);
  const sections: Section[] = [];
  while (p.length > 0) {
    const pole = take(p, () => true, distanceFromCircle);
    sections.unshift(isReal(pole) ? realPole(pole, p, z) : polePair(pole, p, z));
  }
  const [b0, b1, b2, a0, a1, a2] = sections[0]!;
  sections[0] = [b0 * gain, b1 * gain, b2 * gain, a0, a1, a2];
  return sections;
}

function realPole(pole: Complex, p: Complex[], z: Complex[]): Section {
  const other = p.some(isReal) ? take(p, isReal, distanceFromCircle) : complex(0);
  const zero = take(z, () => true, distanceTo(pole));
  return isReal(zero) ? section(zero, secondZero(z, pole), pole, other) : section(zero, conjugate(zero), pole, other);
}

function polePair(pole: Complex, p: Complex[], z: Complex[]): Section {
  // With one real pole and one real zero left these belong to one another, so that this pair needs a pair of zeros.
  const mustPair = p.length + 1 === z.length && p.filter(isReal).length === 1 && z.filter(isReal).length === 1;
  const zero = take(z, mustPair ? value => !isReal(value) : () => true, distanceTo(pole));
  return section(zero, isReal(zero) ? secondZero(z, pole) : conjugate(zero), pole, conjugate(pole));
}

function secondZero(z: Complex[], pole: Complex): Complex {
  return z.some(isReal) ? take(z, isReal, distanceTo(pole)) : complex(0);
}

function section(zero: Complex, otherZero: Complex, pole: Complex, otherPole: Complex): Section {
  return [1, ...quadratic(zero, otherZero), 1, ...quadratic(pole, otherPole)];
}

/** Coefficients after the first of (x - a)(x - b), real by construction. */
function quadratic(a: Complex, b: Complex): [number, number] {
  return [-(a.re + b.re), a.re * b.re - a.im * b.im];
}

/** Removes and returns the first of `values` with the least `distance`. */
function take(values: Complex[], fits: (value: Complex) => boolean, distance: (value: Complex) => number): Complex {
  let best = -1;
  let least = Infinity;
  values.forEach((value, i) => {
    if (!fits(value) || !(distance(value) < least)) return;
    best = i;
    least = distance(value);
  });
  return values.splice(best, 1)[0]!;
}

/** One of each pair of conjugates, that with the positive imaginary part, by real part; then the real values. */
function halves(values: readonly Complex[]): Complex[] {
  const sorted = [...values].sort((a, b) => a.re - b.re || Math.abs(a.im) - Math.abs(b.im));
  const real = (value: Complex): boolean => Math.abs(value.im) <= REAL_TOLERANCE * magnitude(value);
  return [...sorted.filter(value => !real(value) && value.im > 0), ...sorted.filter(real).map(value => complex(value.re))];
}

function isReal(value: Complex): boolean {
  return value.im === 0;
}

function conjugate(value: Complex): Complex {
  return complex(value.re, -value.im);
}

function distanceFromCircle(value: Complex): number {
  return Math.abs(1 - magnitude(value));
}

function distanceTo(pole: Complex): (value: Complex) => number {
  return value => magnitude(subtract(value, pole));
}
