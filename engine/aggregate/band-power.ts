import { PlanError } from '../error';
import type { BandPowerOptions, IntegrationRule } from '../signal/band-power';
import { bandPower as powerOf } from '../signal/band-power';
import type { AggregateInput } from './aggregate';
import { booleanOption, choiceOption } from './options';
import { signalFeature } from './signal-feature';
import { frequencyOf, SAMPLE_HZ, sampleHzOf, SEGMENT_SIZE, segmentSizeOf } from './signal-options';

/** Power of a band of frequencies of the window's signal. */
export const bandPower = signalFeature({
  fn: 'bandPower',
  doc: "Power between two frequencies in the square of the signal's unit: the density of scipy.signal.welch integrated over its bins from lowHz to highHz, both included; 0 when no bin lies between (and for one bin alone by trapezoid), NaN when a sample is NaN or infinite.",
  resultUnit: null,
  options: [
    SAMPLE_HZ,
    { name: 'lowHz', type: 'number', unit: 'Hz', doc: 'Lower end of the band.' },
    { name: 'highHz', type: 'number', unit: 'Hz', doc: 'Upper end of the band, at most sampleHz / 2.' },
    SEGMENT_SIZE,
    { name: 'method', type: "'trapezoid' | 'simpson' | 'rectangle'", default: 'trapezoid', doc: 'Rule of integration, as in scipy.integrate; rectangle is the sum of the bins times their width.' },
    { name: 'relative', type: 'boolean', default: false, doc: 'True gives the share of the power of all bins, 0 … 1.' }
  ],
  optionsOf,
  compute: powerOf
});

function optionsOf(input: AggregateInput): BandPowerOptions {
  const sampleHz = sampleHzOf('bandPower', input);
  const lowHz = frequencyOf('bandPower', input, 'lowHz', sampleHz);
  const highHz = frequencyOf('bandPower', input, 'highHz', sampleHz);
  if (lowHz > highHz) throw new PlanError('AGGREGATE_OPTION', `bandPower at ${input.path}: lowHz ${lowHz} is above highHz ${highHz}, expected the lower end first. Swap them.`, { details: { path: input.path, option: 'lowHz' } });
  return {
    sampleHz,
    lowHz,
    highHz,
    segmentSize: segmentSizeOf('bandPower', input),
    method: choiceOption<IntegrationRule>('bandPower', input, 'method', ['trapezoid', 'simpson', 'rectangle']),
    relative: booleanOption('bandPower', input, 'relative', false)
  };
}
