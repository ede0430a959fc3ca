import { ListBuilder } from '../codec/column-builder';
import { assert } from '../error';
import type { FieldSpec } from '../operator/operator';
import type { DataType } from '../schema/schema';
import type { FftPlans } from '../signal/fft';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';
import { SIGNAL_MEMORY, signalOf } from './signal-buffer';

/** What is computed from all samples of a window. */
interface SignalFunction<O, Result> {
  readonly fn: string;
  /** What it is, its SciPy function, when it is NaN; how samples are kept is added. */
  readonly doc: string;
  readonly options: readonly FieldSpec[];
  /** Absent: the unit of the column. */
  readonly resultUnit?: string | null;
  /** The options of a Plan; PlanError when they do not fit. */
  optionsOf(input: AggregateInput): O;
  /** `samples` are one at least, and not to be changed. */
  compute(samples: Float64Array, options: O, plans: FftPlans): Result;
}

/** A number that is computed from all samples of a window. */
export interface SignalFeature<O> extends SignalFunction<O, number> {
  readonly type?: 'float64' | 'int32';
}

/** A signal that is computed from all samples of a window. */
export interface SignalTransform<O> extends SignalFunction<O, Float64Array> {
  readonly element?: 'float64' | 'int32';
  /** Why `sampleCount` samples have no result, or null. */
  faultOf?(sampleCount: number, options: O): { readonly code: string; readonly message: string } | null;
}

/** The aggregate of a feature; null without samples. */
export function signalFeature<O>(feature: SignalFeature<O>): AggregateSpec {
  return {
    ...specOf(feature, feature.type ?? 'float64'),
    create(input, states) {
      const signal = signalOf(input, states);
      const options = feature.optionsOf(input);
      return numberResult(cell => {
        const samples = signal.samplesOf(cell);
        return samples === null ? null : feature.compute(samples, options, signal.plans);
      });
    }
  };
}

/** The aggregate of a transform; null without samples. */
export function signalTransform<O>(transform: SignalTransform<O>): AggregateSpec {
  return {
    ...specOf(transform, { list: transform.element ?? 'float64' }),
    create(input, states) {
      const signal = signalOf(input, states);
      const options = transform.optionsOf(input);
      return {
        read(cells, count, into) {
          assert(into instanceof ListBuilder, 'a transformed signal is a list');
          for (let i = 0; i < count; i++) {
            const samples = signal.samplesOf(cells[i]!);
            if (samples === null) into.appendNull();
            else appendList(into, transform.compute(samples, options, signal.plans));
          }
        },
        fault: cell => (signal.sampleCount(cell) === 0 ? null : (transform.faultOf?.(signal.sampleCount(cell), options) ?? null))
      };
    }
  };
}

function specOf<O, R>(of: SignalFunction<O, R>, type: DataType): Omit<AggregateSpec, 'create'> {
  return {
    fn: of.fn,
    doc: `${of.doc} Null without samples. ${SIGNAL_MEMORY}`,
    column: 'required',
    options: of.options,
    ...(of.resultUnit === undefined ? {} : { resultUnit: of.resultUnit }),
    resolve(input) {
      numericValueType(of.fn, input);
      of.optionsOf(input);
      return { type, nullable: true };
    }
  };
}

function appendList(into: ListBuilder, values: Float64Array): void {
  into.appendRun(values, values.length);
  into.endList();
}
