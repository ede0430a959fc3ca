import { spectralEntropy as entropyOf } from '../signal/spectral-shape';
import { booleanOption } from './options';
import { signalFeature } from './signal-feature';
import { SAMPLE_HZ, sampleHzOf } from './signal-options';

/** Entropy of the spectrum of the window's signal. */
export const spectralEntropy = signalFeature({
  fn: 'spectralEntropy',
  doc: 'Entropy in bits of the spectrum, -Σ p·log2(p), p = P / Σ P by scipy.signal.periodogram: low for a tone, high for noise; NaN for a constant signal.',
  resultUnit: null,
  options: [SAMPLE_HZ, { name: 'normalize', type: 'boolean', default: false, doc: 'True divides by its greatest value, log2 of the number of bins, so that signals of other lengths compare: 0 … 1.' }],
  optionsOf: input => ({ sampleHz: sampleHzOf('spectralEntropy', input), normalize: booleanOption('spectralEntropy', input, 'normalize', false) }),
  compute: entropyOf
});
