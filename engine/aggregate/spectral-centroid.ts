import { spectralCentroidHz } from '../signal/spectral-shape';
import { choiceOption } from './options';
import { signalFeature } from './signal-feature';
import { SAMPLE_HZ, sampleHzOf } from './signal-options';

/** Mean frequency of the window's signal. */
export const spectralCentroid = signalFeature({
  fn: 'spectralCentroid',
  doc: 'Mean frequency in Hz of the spectrum, Σ f·P / Σ P, by the periodogram (scipy.signal.periodogram, the mean of the signal taken away); NaN for a constant signal. Rises when a bearing begins to rattle.',
  resultUnit: 'Hz',
  options: [SAMPLE_HZ, { name: 'spectrum', type: "'power' | 'magnitude'", default: 'power', doc: 'Weight of a frequency: its power, or the magnitude |rfft(x)| of the signal with its mean.' }],
  optionsOf: input => ({ sampleHz: sampleHzOf('spectralCentroid', input), spectrum: choiceOption('spectralCentroid', input, 'spectrum', ['power', 'magnitude']) }),
  compute: spectralCentroidHz
});
