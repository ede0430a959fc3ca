import type { Complex } from './complex';
import { add, complex, divide, multiply, product, scaled, squareRoot, subtract } from './complex';

/** A filter by the zeros, poles and gain of its transfer function. */
export interface ZeroPole {
  readonly zeros: readonly Complex[];
  readonly poles: readonly Complex[];
  readonly gain: number;
}

export type FilterKind = 'lowpass' | 'highpass' | 'bandpass' | 'bandstop';

/**
 * A digital filter out of an analog low-pass prototype without zeros whose edge is at 1 rad/s: shifted to `edges` (fractions of
 * half the sampling rate, one for low- and high-pass, two for bands), then by the bilinear transform with prewarped edges.
 * The steps of `scipy.signal.iirfilter`.
 */
export function digitalFilter(prototype: ZeroPole, kind: FilterKind, edges: readonly number[]): ZeroPole {
  const warped = edges.map(edge => 4 * Math.tan((Math.PI * edge) / 2));
  const low = warped[0]!;
  const high = warped[1] ?? low;
  const centre = Math.sqrt(low * high);
  if (kind === 'lowpass') return bilinear(toLowpass(prototype, low));
  if (kind === 'highpass') return bilinear(toHighpass(prototype, low));
  return bilinear(kind === 'bandpass' ? toBandpass(prototype, centre, high - low) : toBandstop(prototype, centre, high - low));
}

function toLowpass({ poles, gain }: ZeroPole, edge: number): ZeroPole {
  return { zeros: [], poles: poles.map(pole => scaled(pole, edge)), gain: gain * edge ** poles.length };
}

function toHighpass({ poles, gain }: ZeroPole, edge: number): ZeroPole {
  return { zeros: poles.map(() => complex(0)), poles: poles.map(pole => divide(complex(edge), pole)), gain: gain / product(poles.map(negated)).re };
}

function toBandpass({ poles, gain }: ZeroPole, centre: number, width: number): ZeroPole {
  return { zeros: poles.map(() => complex(0)), poles: doubled(poles.map(pole => scaled(pole, width / 2)), centre), gain: gain * width ** poles.length };
}

function toBandstop({ poles, gain }: ZeroPole, centre: number, width: number): ZeroPole {
  const zeros = [...poles.map(() => complex(0, centre)), ...poles.map(() => complex(0, -centre))];
  return { zeros, poles: doubled(poles.map(pole => divide(complex(width / 2), pole)), centre), gain: gain / product(poles.map(negated)).re };
}

/** Poles about 0 moved to +centre and -centre. */
function doubled(poles: readonly Complex[], centre: number): readonly Complex[] {
  const apart = poles.map(pole => squareRoot(subtract(multiply(pole, pole), complex(centre * centre))));
  return [...poles.map((pole, i) => add(pole, apart[i]!)), ...poles.map((pole, i) => subtract(pole, apart[i]!))];
}

/** s = 4·(z - 1) / (z + 1); zeros at infinity go to half the sampling rate. */
function bilinear({ zeros, poles, gain }: ZeroPole): ZeroPole {
  const four = complex(4);
  const moved = (value: Complex): Complex => divide(add(four, value), subtract(four, value));
  const ratio = divide(product(zeros.map(zero => subtract(four, zero))), product(poles.map(pole => subtract(four, pole))));
  return { zeros: [...zeros.map(moved), ...poles.slice(zeros.length).map(() => complex(-1))], poles: poles.map(moved), gain: gain * ratio.re };
}

function negated(value: Complex): Complex {
  return complex(-value.re, -value.im);
}
