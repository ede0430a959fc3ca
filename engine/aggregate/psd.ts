import type { FieldSpec } from '../operator/operator';
import type { Detrend } from '../signal/detrend';
import type { WelchOptions } from '../signal/welch';
import { periodogram as periodogramOf, welch } from '../signal/welch';
import type { AggregateInput } from './aggregate';
import { choiceOption } from './options';
import { signalTransform } from './signal-feature';
import { SAMPLE_HZ, sampleHzOf, SEGMENT_SIZE, segmentSizeOf } from './signal-options';

const WINDOWS = ['hann', 'boxcar', 'hamming', 'blackman', 'blackmanharris', 'nuttall', 'flattop', 'bartlett', 'cosine'] as const;
const windowOption = (byDefault: 'hann' | 'boxcar'): FieldSpec => ({ name: 'window', type: WINDOWS.map(name => `'${name}'`).join(' | '), default: byDefault, doc: 'Weights of a segment, as scipy.signal.get_window.' });
const DETREND: FieldSpec = { name: 'detrend', type: "'constant' | 'linear' | 'none'", default: 'constant', doc: 'What is taken away of each segment first: its mean, its line of least squares, nothing.' };
const SCALING: FieldSpec = { name: 'scaling', type: "'density' | 'spectrum'", default: 'density', doc: 'Square of the unit per Hz, or square of the unit.' };

/** Power spectrum of the window's signal by Welch's method. */
export const psd = signalTransform({
  fn: 'psd',
  doc: 'Power spectral density by scipy.signal.welch (relative 1e-9) as a list: element i is the power at i · sampleHz / segmentSize, up to sampleHz / 2, both sides together. A shorter signal is one segment, which then sets the resolution.',
  resultUnit: null,
  options: [
    SAMPLE_HZ,
    SEGMENT_SIZE,
    windowOption('hann'),
    DETREND,
    SCALING,
    { name: 'average', type: "'mean' | 'median'", default: 'mean', doc: 'How segments are averaged; the median is not moved by single knocks.' }
  ],
  optionsOf: (input): WelchOptions => ({ ...commonOf('psd', input, 'hann'), segmentSize: segmentSizeOf('psd', input), average: choiceOption<'mean' | 'median'>('psd', input, 'average', ['mean', 'median']) }),
  compute: (samples, options, plans) => welch(samples, options, plans).power
});

/** Power spectrum of the window's signal as one segment. */
export const periodogram = signalTransform({
  fn: 'periodogram',
  doc: 'Power spectral density by scipy.signal.periodogram (relative 1e-9) as a list: element i is the power at i · sampleHz / samples, up to sampleHz / 2, both sides together.',
  resultUnit: null,
  options: [SAMPLE_HZ, windowOption('boxcar'), DETREND, SCALING],
  optionsOf: input => commonOf('periodogram', input, 'boxcar'),
  compute: (samples, options, plans) => periodogramOf(samples, options, plans).power
});

function commonOf(fn: string, input: AggregateInput, window: 'hann' | 'boxcar'): WelchOptions {
  return {
    sampleHz: sampleHzOf(fn, input),
    window: choiceOption<(typeof WINDOWS)[number]>(fn, input, 'window', [window, ...WINDOWS]),
    detrend: choiceOption<Detrend>(fn, input, 'detrend', ['constant', 'linear', 'none']),
    scaling: choiceOption<'density' | 'spectrum'>(fn, input, 'scaling', ['density', 'spectrum'])
  };
}
