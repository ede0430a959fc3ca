import { PlanError } from '../error';
import { medianFilter } from '../signal/median-filter';
import type { AggregateInput } from './aggregate';
import { numberOption } from './options';
import { signalTransform } from './signal-feature';

const KERNEL_MAX = 1_048_575;

/** The window's signal without single outliers. */
export const medfilt = signalTransform({
  fn: 'medfilt',
  doc: 'The median of the kernelSize samples about each one as a list, zeros beyond the ends; scipy.signal.medfilt, the very values. Takes away spikes and keeps steps. NaN counts as the greatest value.',
  options: [{ name: 'kernelSize', type: 'number', unit: 'samples', default: 3, doc: `Samples of a median, odd, up to ${KERNEL_MAX}.` }],
  optionsOf,
  compute: medianFilter
});

function optionsOf(input: AggregateInput): number {
  const kernelSize = numberOption('medfilt', input, { name: 'kernelSize', default: 3, min: 1, max: KERNEL_MAX, whole: true, advice: 'Use an odd number, e.g. 5.' });
  if (kernelSize % 2 === 1) return kernelSize;
  throw new PlanError('AGGREGATE_OPTION', `medfilt at ${input.path}: kernelSize is ${kernelSize}, expected an odd number. Use ${kernelSize + 1}.`, { details: { path: input.path, option: 'kernelSize' } });
}
