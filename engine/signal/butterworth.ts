import { complex } from './complex';
import { badParameters } from './parameters';
import type { Section } from './sections';
import { sectionsOf } from './sections';
import type { FilterKind } from './zero-pole';
import { digitalFilter } from './zero-pole';

/** Greatest order of a filter that can be designed; above it the rounding of the poles decides. */
export const FILTER_ORDER_MAX = 20;

export interface FilterOptions {
  /** Steepness: 6 dB per octave each. 1 … 20; bands have twice as many poles. */
  readonly order: number;
  readonly kind: FilterKind;
  /** The edge of a lowpass or highpass, both edges of a band, ascending; above 0 and below sampleHz / 2. */
  readonly edgesHz: readonly number[];
  readonly sampleHz: number;
}

/** Butterworth filter (flat pass band, -3 dB at the edges) as second-order sections, `scipy.signal.butter(…, output='sos')`. Throws `SIGNAL_PARAMETERS`. */
export function butterworth(options: FilterOptions): Section[] {
  const { order, kind } = options;
  checkOrder('butterworth', order);
  const poles = Array.from({ length: order }, (_, i) => {
    const angle = (Math.PI * (2 * i - order + 1)) / (2 * order);
    return complex(-Math.cos(angle), 2 * i + 1 === order ? 0 : -Math.sin(angle));
  });
  return sectionsOf(digitalFilter({ zeros: [], poles, gain: 1 }, kind, filterEdges('butterworth', options)));
}

/** Refuses orders outside 1 … 20. */
export function checkOrder(filter: string, order: number): void {
  if (!Number.isInteger(order) || order < 1 || order > FILTER_ORDER_MAX) throw badParameters(`${filter}: order is ${order}, expected a whole number from 1 to ${FILTER_ORDER_MAX}`);
}

/** The edges as fractions of half the sampling rate; refuses those that do not fit. */
export function filterEdges(filter: string, { kind, edgesHz, sampleHz }: Omit<FilterOptions, 'order'>): readonly number[] {
  const wanted = kind === 'lowpass' || kind === 'highpass' ? 1 : 2;
  if (edgesHz.length !== wanted) throw badParameters(`${filter}: ${edgesHz.length} edges, expected ${wanted === 1 ? 'one' : 'two'} for a ${kind}`);
  const fractions = edgesHz.map(edge => edge / (sampleHz / 2));
  if (fractions.some(edge => !(edge > 0 && edge < 1))) throw badParameters(`${filter}: edge ${edgesHz.join(' … ')} Hz is outside 0 … ${sampleHz / 2} Hz, half of sampleHz ${sampleHz}; give a frequency in between`);
  if (wanted === 2 && !(fractions[0]! < fractions[1]!)) throw badParameters(`${filter}: edges ${edgesHz.join(', ')} Hz do not ascend; give the lower one first`);
  return fractions;
}
