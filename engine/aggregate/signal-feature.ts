import { PlanError } from '../error';
import type { FieldSpec } from '../operator/operator';
import { FftPlans } from '../signal/fft';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';
import { numberOption } from './options';
import { SIGNAL_LIMITS, SIGNAL_MEMORY, signalOf } from './signal-buffer';

/** A number that is computed from all samples of a window. */
export interface SignalFeature<O> {
  readonly fn: string;
  /** What it is, its SciPy function, when it is NaN; how samples are kept is added. */
  readonly doc: string;
  readonly options: readonly FieldSpec[];
  /** Absent: the unit of the column. */
  readonly resultUnit?: string | null;
  readonly type?: 'float64' | 'int32';
  /** The options of a Plan; PlanError when they do not fit. */
  optionsOf(input: AggregateInput): O;
  /** `samples` are one at least. */
  compute(samples: Float64Array, options: O, plans: FftPlans): number;
}

/** The aggregate of a feature; null without samples. */
export function signalFeature<O>(feature: SignalFeature<O>): AggregateSpec {
  const { fn, type = 'float64' } = feature;
  return {
    fn,
    doc: `${feature.doc} Null without samples. ${SIGNAL_MEMORY}`,
    column: 'required',
    options: feature.options,
    ...(feature.resultUnit === undefined ? {} : { resultUnit: feature.resultUnit }),
    resolve(input) {
      numericValueType(fn, input);
      feature.optionsOf(input);
      return { type, nullable: true };
    },
    create(input, states) {
      const signal = signalOf(input, states);
      const options = feature.optionsOf(input);
      const plans = new FftPlans();
      return numberResult(cell => {
        const samples = signal.samplesOf(cell);
        return samples === null ? null : feature.compute(samples, options, plans);
      });
    }
  };
}

export const SAMPLE_HZ: FieldSpec = { name: 'sampleHz', type: 'number', unit: 'Hz', doc: 'Samples per second.' };

const SEGMENT_DEFAULT = 256;
export const SEGMENT_SIZE: FieldSpec = { name: 'segmentSize', type: 'number', unit: 'samples', default: SEGMENT_DEFAULT, doc: "Samples of a segment (SciPy's nperseg); the resolution is sampleHz / segmentSize. A shorter signal is one segment." };

/** The sampling rate of `fn`. */
export function sampleHzOf(fn: string, input: AggregateInput): number {
  const { sampleHz } = input.options;
  if (typeof sampleHz === 'number' && sampleHz > 0 && Number.isFinite(sampleHz)) return sampleHz;
  throw new PlanError('AGGREGATE_OPTION', `${fn} at ${input.path}: sampleHz is ${sampleHz === undefined ? 'missing' : JSON.stringify(sampleHz)}, expected a number above 0. Say how many samples the signal has per second, e.g. { sampleHz: 1000 }.`, {
    details: { path: input.path, option: 'sampleHz' }
  });
}

/** The segment of `fn`, or 256. */
export function segmentSizeOf(fn: string, input: AggregateInput): number {
  return numberOption(fn, input, { name: 'segmentSize', default: SEGMENT_DEFAULT, min: 1, max: SIGNAL_LIMITS.cellSamplesMax, whole: true, advice: `Leave it out for ${SEGMENT_DEFAULT}.` });
}

/** A frequency from 0 to half the sampling rate. */
export function frequencyOf(fn: string, input: AggregateInput, name: string, sampleHz: number): number {
  return numberOption(fn, input, { name, min: 0, max: sampleHz / 2, whole: false, advice: `Give a frequency in Hz up to half of sampleHz ${sampleHz}.` });
}

/** An option that may be left out. */
export function optionalNumberOf(fn: string, input: AggregateInput, name: string, least: number): number | undefined {
  return input.options[name] === undefined ? undefined : numberOption(fn, input, { name, min: least, max: Number.MAX_VALUE, whole: false, advice: 'Leave it out for no such bound.' });
}
