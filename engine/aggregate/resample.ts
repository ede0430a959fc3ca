import { decimate as decimateOf } from '../signal/decimate';
import { resampleFft } from '../signal/resample-fft';
import { resamplePoly as resamplePolyOf } from '../signal/resample-poly';
import type { AggregateInput } from './aggregate';
import { choiceOption, numberOption } from './options';
import { SIGNAL_LIMITS } from './signal-buffer';
import { signalTransform } from './signal-feature';

const RATE_MAX = 1_000;
const FACTOR_MAX = 100;
const samplesMax = SIGNAL_LIMITS.cellSamplesMax;

/** The window's signal with another number of samples. */
export const resample = signalTransform({
  fn: 'resample',
  doc: 'The signal with another number of samples over the same time as a list, by the Fourier transform; scipy.signal.resample. Takes the signal for periodic, so ends that do not meet ring.',
  options: [{ name: 'samples', type: 'number', unit: 'samples', doc: `How many, up to ${samplesMax}.` }],
  optionsOf: input => wholeOf('resample', input, 'samples', samplesMax),
  compute: resampleFft
});

/** The window's signal at another sampling rate. */
export const resamplePoly = signalTransform({
  fn: 'resamplePoly',
  doc: 'The signal at up / down times its sampling rate as a list, ⌈samples · up / down⌉ long, by a linear-phase low-pass; scipy.signal.resample_poly (Kaiser 5.0, zeros beyond the ends).',
  options: [
    { name: 'up', type: 'number', default: 1, doc: `Whole number up to ${RATE_MAX}.` },
    { name: 'down', type: 'number', default: 1, doc: `Whole number up to ${RATE_MAX}.` }
  ],
  optionsOf: input => ({ up: wholeOf('resamplePoly', input, 'up', RATE_MAX, 1), down: wholeOf('resamplePoly', input, 'down', RATE_MAX, 1) }),
  compute: (samples, { up, down }) => resamplePolyOf(samples, up, down),
  faultOf(sampleCount, { up, down }) {
    const count = Math.ceil((sampleCount * up) / down);
    return count <= samplesMax ? null : { code: 'SAMPLE_LIMIT', message: `resamplePoly: the result would have ${count} samples, more than ${samplesMax}. Use shorter signals or a smaller up.` };
  }
});

/** Padding of the filter of order 8 that decimate runs forwards and backwards. */
const DECIMATE_PADDING = 27;

/** Every n-th sample of the window's signal, without aliases. */
export const decimate = signalTransform({
  fn: 'decimate',
  doc: `Every factor-th sample after a low-pass that keeps out aliases, as a list; scipy.signal.decimate (Chebyshev of order 8, or Hamming window; nothing is delayed). With filter iir a signal of at most ${DECIMATE_PADDING} samples goes to the dead letters (SIGNAL_TOO_SHORT).`,
  options: [
    { name: 'factor', type: 'number', doc: `Whole number up to ${FACTOR_MAX}; above 13 decimate twice.` },
    { name: 'filter', type: "'iir' | 'fir'", default: 'iir', doc: 'Kind of the low-pass.' }
  ],
  optionsOf: input => ({ factor: wholeOf('decimate', input, 'factor', FACTOR_MAX), filter: choiceOption<'iir' | 'fir'>('decimate', input, 'filter', ['iir', 'fir']) }),
  compute: decimateOf,
  faultOf(sampleCount, { filter }) {
    if (filter === 'fir' || sampleCount > DECIMATE_PADDING) return null;
    return { code: 'SIGNAL_TOO_SHORT', message: `decimate: the signal has ${sampleCount} samples, expected more than ${DECIMATE_PADDING}. Use longer signals or filter: 'fir'.` };
  }
});

function wholeOf(fn: string, input: AggregateInput, name: string, max: number, byDefault?: number): number {
  return numberOption(fn, input, { name, min: 1, max, whole: true, advice: 'Give a whole number.', ...(byDefault === undefined ? {} : { default: byDefault }) });
}
