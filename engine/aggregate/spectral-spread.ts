import { spectralSpreadHz } from '../signal/spectral-shape';
import { signalFeature } from './signal-feature';
import { SAMPLE_HZ, sampleHzOf } from './signal-options';

/** Spread of the frequencies of the window's signal. */
export const spectralSpread = signalFeature({
  fn: 'spectralSpread',
  doc: 'Standard deviation in Hz of the frequencies about the spectral centroid, √(Σ (f - centroid)²·P / Σ P) by scipy.signal.periodogram: small for a tone, great for noise; NaN for a constant signal.',
  resultUnit: 'Hz',
  options: [SAMPLE_HZ],
  optionsOf: input => ({ sampleHz: sampleHzOf('spectralSpread', input) }),
  compute: spectralSpreadHz
});
