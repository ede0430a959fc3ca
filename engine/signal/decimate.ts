import { chebyshev } from './chebyshev';
import { firWindow, upFirDown } from './fir';
import { badParameters } from './parameters';
import { sosFilter } from './sos-filter';
import { sosFiltFilt } from './sos-filtfilt';

export interface DecimateOptions {
  /** Every `factor`-th sample is kept. */
  readonly factor: number;
  /** `iir` (default): Chebyshev I, 0.05 dB, edge 0.8 / factor. `fir`: Hamming window. */
  readonly filter?: 'iir' | 'fir';
  /** Default 8 (iir), 20·factor (fir: one tap more). */
  readonly order?: number;
  /** Default true: nothing is delayed. */
  readonly zeroPhase?: boolean;
}

/** Lowers the sampling rate after a low-pass against aliases; `scipy.signal.decimate`. ⌈n / factor⌉ samples. Throws `SIGNAL_PARAMETERS`. */
export function decimate(x: Float64Array, options: DecimateOptions): Float64Array {
  const { factor, filter = 'iir', zeroPhase = true } = options;
  if (!Number.isInteger(factor) || factor < 1) throw badParameters(`decimate: factor is ${factor}, expected a whole number from 1`);
  const count = Math.ceil(x.length / factor);
  if (filter === 'fir') {
    const taps = firWindow({ taps: (options.order ?? 20 * factor) + 1, edges: [1 / factor] });
    return upFirDown(taps, x, { up: 1, down: factor, offset: zeroPhase ? (taps.length - 1) >> 1 : 0, count });
  }
  const sections = chebyshev({ order: options.order ?? 8, kind: 'lowpass', edgesHz: [0.8 / factor], sampleHz: 2, rippleDb: 0.05 });
  const filtered = zeroPhase ? sosFiltFilt(sections, x) : x.slice();
  if (!zeroPhase) sosFilter(sections, filtered, new Float64Array(sections.length * 2));
  return Float64Array.from({ length: count }, (_, i) => filtered[i * factor]!);
}
