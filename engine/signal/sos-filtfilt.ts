import { badParameters } from './parameters';
import type { Section } from './sections';
import { sosFilter, steadyState } from './sos-filter';

export interface ZeroPhaseOptions {
  /** How the signal goes on beyond its ends: mirrored through the end point (`odd`, default), mirrored, constant, or not at all. */
  readonly padType?: 'odd' | 'even' | 'constant' | null;
  /** Samples added at each end; default 3·(2·sections + 1 - those of first order). */
  readonly padLength?: number;
}

/** Samples that a zero-phase filter adds at each end unless told otherwise. */
export function paddingOf(sections: readonly Section[]): number {
  const firstOrder = Math.min(sections.filter(section => section[2] === 0).length, sections.filter(section => section[5] === 0).length);
  return 3 * (2 * sections.length + 1 - firstOrder);
}

/** Filters forwards, then backwards, so that nothing is delayed: `scipy.signal.sosfiltfilt`. For whole signals only; throws `SIGNAL_PARAMETERS` when `x` is not longer than the padding. */
export function sosFiltFilt(sections: readonly Section[], x: Float64Array, options: ZeroPhaseOptions = {}): Float64Array {
  const { padType = 'odd' } = options;
  const edge = padType === null ? 0 : (options.padLength ?? paddingOf(sections));
  if (x.length <= edge) throw badParameters(`zero-phase filter: ${x.length} samples, padding ${edge}; the signal must be longer than that. Give more samples or a smaller padLength`);
  const y = extended(x, edge, padType ?? 'constant');
  const rest = steadyState(sections);
  sosFilter(sections, y, rest.map(value => value * y[0]!));
  y.reverse();
  sosFilter(sections, y, rest.map(value => value * y[0]!));
  return y.reverse().slice(edge, edge + x.length);
}

function extended(x: Float64Array, edge: number, padType: 'odd' | 'even' | 'constant'): Float64Array {
  const last = x.length - 1;
  const beyond = (end: number, mirrored: number): number => (padType === 'constant' ? end : padType === 'even' ? mirrored : 2 * end - mirrored);
  const y = new Float64Array(x.length + 2 * edge);
  y.set(x, edge);
  for (let i = 1; i <= edge; i++) {
    y[edge - i] = beyond(x[0]!, x[i]!);
    y[edge + last + i] = beyond(x[last]!, x[last - i]!);
  }
  return y;
}
