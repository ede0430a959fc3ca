import type { CountingSpec, SessionSpec, SlidingSpec } from '../plan/nodes/window';
import type { Delivery, Plan, Slo } from '../plan/plan';
import type { ParameterValue } from '../expression/parse';
import type { Aggregate, CountAggregate, DistinctAggregate, ListAggregate, NumericAggregate, PairAggregate, ValueAggregate } from './aggregates';
import type { ExportedBundle, ExportOptions, RecordingRef, ReplayResult, Run, RunOptions, ValidateOptions, ValidationReport } from './host';
import type { Flat, NamesOf, Row, Signal, Widened } from './row-types';
import type { Sink } from './sinks';
import type { Source } from './source';
import type { ShapingSteps } from './steps/shaping-steps';
import type { SignalSteps } from './steps/signal-steps';
import type { StatefulSteps } from './steps/stateful-steps';
import type { StreamsSteps } from './steps/streams-steps';
import type { SlidingWindowOptions } from './own-windows';
import type { Window, WindowOptions } from './windows';

/*
 * Each step of a pipeline is a type of its own, so that after a dot only what is possible next is offered:
 *
 *   pipeline(name) ─from─▶ Stream ─keyBy─▶ KeyedStream ─window─▶ WindowedStream ─aggregate─▶ KeyedStream ─to─▶ Pipeline
 *                            └────────────────window──────────▶ WindowedStream ─aggregate─▶ Stream
 */

export interface PipelineOptions {
  /** What an agent promises about effects. Default: the agent's own. */
  readonly delivery?: Delivery;
  /** Limits that `validate` and the agent check. */
  readonly slo?: Slo;
}

/** A pipeline that has only a name. */
export interface PipelineStart {
  /** The source of rows: `from(mqtt('plant/+/vibration', { … }))`. */
  from<R extends Row>(source: Source<R>): Stream<R>;
}

export type Parameters = Readonly<Record<string, ParameterValue>>;

interface RowSteps<R extends Row, K extends string> extends ShapingSteps<R, K>, StatefulSteps<R, K>, StreamsSteps<R, K>, SignalSteps<R, K> {
  /**
   * Keeps the rows for which the condition is true; rows for which it is false or missing are counted as `filtered`.
   * The function's text becomes part of the Plan, so values from outside come in as parameters:
   * `.filter((r, p) => r.score > p.threshold, { threshold: 0.8 })`. Throws PlanError with the position of what it cannot read.
   */
  filter(condition: (r: R) => boolean): this;
  filter<P extends Parameters>(condition: (r: R, p: P) => boolean, parameters: P): this;

  /**
   * Replaces the columns by computed ones: `.select({ device: r => r.device, g: r => r.mv / 9.81 })`. Key columns stay.
   * Division gives float64, + - * % of whole numbers stay exact int64 (null on overflow), arithmetic with null is null.
   */
  select<S extends Row>(columns: { readonly [N in keyof S]: (r: R) => S[N] }): StreamOf<Selected<R, K, S>, K>;
  select<S extends Row, P extends Parameters>(columns: { readonly [N in keyof S]: (r: R, p: P) => S[N] }, parameters: P): StreamOf<Selected<R, K, S>, K>;

  /** Puts the rows of each key into windows by event time: `.window(tumbling({ sizeMs: 1_000 }))`. Late rows are counted. */
  window(window: Window): WindowedStream<R, K>;
  window<W extends Window, const O extends OptionsOf<W>>(window: W, options: O): WindowedStream<R, K, BoundsOf<W, O>, LateRows<R, K, O>>;

  /**
   * Runs an ONNX model and adds its outputs as columns: `.predict('bearing.onnx', { inputs: { features: ['rms', 'peakHz'] }, outputs: { score: 'score' } })`.
   * Rows whose inference fails go to the dead letters (`INFERENCE`), get null with `onError: 'null'`, or the numbers of `fallback`.
   * An output of many numbers per row becomes a signal: `outputs: { code: { column: 'code', type: { list: 'float32' } } }`.
   */
  predict<const O extends ModelOutputs, const S extends ModelOutputs = Record<never, string>>(model: string, options: PredictOptions<R, O, S>): StreamOf<Flat<R & ColumnsOfOutputs<O> & ColumnsOfOutputs<S>>, K>;

  /** A side branch with its own sink; the main line goes on with the same rows: `.branch(rows => rows.to(lake('raw')))`. */
  branch(steps: (rows: this) => Pipeline): this;

  /** The sink of the rows, which completes the pipeline: `.to(publish('alerts/{device}'))`. */
  to(sink: Sink<keyof R & string>): Pipeline;
}

/** Rows without a key. */
export interface Stream<R extends Row> extends RowSteps<R, never> {
  /** Makes columns the key: later windows count each key for itself: `.keyBy('device')`. A missing key is a key of its own. */
  keyBy<const K extends readonly [NamesOf<R>['keys'], ...NamesOf<R>['keys'][]]>(...columns: K): KeyedStream<R, K[number]>;
}

/** Rows with key columns `K`. */
export interface KeyedStream<R extends Row, K extends string> extends RowSteps<R, K> {
  /** Makes other columns the key from here on. */
  keyBy<const L extends readonly [NamesOf<R>['keys'], ...NamesOf<R>['keys'][]]>(...columns: L): KeyedStream<R, L[number]>;
}

/** Windows of rows; say what to compute of each. */
export interface WindowedStream<R extends Row, K extends string, B extends Row = WindowBounds, L extends readonly unknown[] = []> {
  /**
   * One row per window and key: its key columns, `windowStartMs`, `windowEndMs` (exclusive) and one column per aggregate,
   * e.g. `.aggregate({ n: count(), mean: mean('x'), rms: rms('x') })`. Over a signal column every element counts as a value.
   * With `latePolicy: 'sideOutput'` it also wants the branch of the late rows: `.aggregate({ n: count() }, { late: rows => rows.to(lake('late')) })`.
   */
  aggregate<A extends Readonly<Record<string, AggregateOf<R>>>>(aggregates: A, ...late: L): StreamOf<Aggregated<R, K, A, B>, K>;
}
/** Where the rows go that came too late for their window. */
export interface LateBranch<S> {
  /** A branch of its own: `late: rows => rows.to(lake('late'))`. */
  readonly late: (rows: S) => Pipeline;
}
/** What `aggregate` wants beside the aggregates. */
type LateRows<R extends Row, K extends string, O> = O extends { readonly latePolicy: 'sideOutput' } ? [branches: LateBranch<StreamOf<R, K>>] : [];

/** A complete pipeline. */
export interface Pipeline {
  readonly name: string;
  /** Runs it live in this place until stopped, or for `seconds`. */
  run(options?: RunOptions): Promise<Run>;
  /** The rows that a recording gives; the same every time, byte for byte. */
  replay(recording: RecordingRef): Promise<ReplayResult>;
  /** Replays a recording and compares the rows with those expected and the figures with the SLO. */
  validate(recording: RecordingRef, options?: ValidateOptions): Promise<ValidationReport>;
  /** Validates, then packs Plan, models and evidence into one signed bundle for the edge agent. */
  export(options: ExportOptions): Promise<ExportedBundle>;
  /** The pipeline as data: what runs, is validated and deployed. */
  toPlan(): Plan;
}

/** A keyed stream if there are key columns. */
export type StreamOf<R extends Row, K extends string> = [K] extends [never] ? Stream<R> : KeyedStream<R, K>;

/** The aggregates that rows have columns for. */
export type AggregateOf<R> = NumericAggregate<NamesOf<R>['numbers']> | ValueAggregate<NamesOf<R>['values']> | CountAggregate<keyof R & string> | DistinctAggregate<NamesOf<R>['values']> | PairAggregate<NamesOf<R>['numbers']> | ListAggregate<NamesOf<R>['numbers']>;

type Selected<R extends Row, K extends string, S extends Row> = Flat<Pick<R, K & keyof R> & { readonly [N in keyof S]: Widened<S[N]> }>;
type Aggregated<R extends Row, K extends string, A, B extends Row> = Flat<Pick<R, K & keyof R> & B & { readonly [N in keyof A]: ResultOf<R, A[N]> }>;
/** What an aggregate gives. */
export type ResultOf<R extends Row, A> = A extends ValueAggregate<infer C> ? (C extends keyof R ? (R[C] extends Signal ? number : R[C]) : never) : A extends ListAggregate<string> ? Signal : A extends Aggregate<string> ? number : never;
/** Columns that every window has. */
export type WindowBounds = {
  /** First ms of the window. */
  readonly windowStartMs: number;
  /** First ms after the window. */
  readonly windowEndMs: number;
};
/** Columns of windows that may have several results. */
export type RevisedBounds = WindowBounds & {
  /** 0 for the first result of a window, then one more with each; every result holds the whole content. */
  readonly revision: number;
};

/** Columns of sessions that may have several results. */
export type ReplacingBounds = RevisedBounds & {
  /** Bounds of earlier results, with other bounds, that this one takes the place of: start, end, start, end, … in ms. */
  readonly replaces: Signal;
};
/** Columns of sliding windows with previews. */
export type PreviewBounds = WindowBounds & {
  /** True for the result at arrival, false for the final one. */
  readonly preview: boolean;
};

type NoOptions = Readonly<Record<string, never>>;
/** What windows of kind `W` take. */
type OptionsOf<W> = W extends Window<SlidingSpec> ? SlidingWindowOptions : W extends Window<CountingSpec> ? NoOptions : WindowOptions;
/** Whether windows with options `O` may have several results. */
type IsRevised<O> = 'allowedLatenessMs' extends keyof O ? true : O extends { readonly emit: infer E } ? (E extends 'onClose' ? false : true) : false;
/** Columns of windows `W` with options `O`. */
type BoundsOf<W, O> = W extends Window<SlidingSpec>
  ? (O extends { readonly emit: 'onArrival' } ? PreviewBounds : WindowBounds)
  : IsRevised<O> extends true ? (W extends Window<SessionSpec> ? ReplacingBounds : RevisedBounds) : WindowBounds;

/** Type of a model's output: one number per row, or a list of them. */
export type OutputType = 'float32' | 'float64' | 'int64' | 'int32' | { readonly list: 'float32' | 'float64' | 'int32'; readonly size?: number };
/** Model output → new column, with its type if it is not float32. */
export type ModelOutputs = Readonly<Record<string, string | { readonly column: string; readonly type: OutputType }>>;
export interface PredictOptions<R extends Row, O extends ModelOutputs, S extends ModelOutputs = ModelOutputs> {
  /** Model input → columns in the order of the tensor: numbers, signals, or texts for an input of texts. */
  readonly inputs: Readonly<Record<string, readonly (NamesOf<R>['numbers'] | NamesOf<R>['texts'])[]>>;
  /** Model output → new column: `{ score: 'score' }`, or `{ label: { column: 'label', type: 'int64' } }`. */
  readonly outputs: O;
  /** What happens to rows whose inference fails. Default `deadLetter`, or `fallback` when there are such values. */
  readonly onError?: 'deadLetter' | 'null' | 'fallback';
  /** The value of each output column in rows whose inference fails: `{ score: 0 }`. */
  readonly fallback?: Readonly<Record<string, number>>;
  /** Recurrent models: which output becomes which input of the next row of the key: `{ h0: { output: 'hn', shape: [1, 1, 8] } }`. Zeros at first. */
  readonly state?: Readonly<Record<string, { readonly output: string; readonly shape: readonly number[] }>>;
  /** Recurrent models: the form of an input for one row, null for the size that its values fill: `{ x: [null, 1, 3] }`. */
  readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** A second model on the same rows, to compare with: rows that agree within `tolerance` (default 0), differences and failures are counted. With `outputs` its answers become columns as well, null where it gave none. */
  readonly shadow?: { readonly model: string; readonly tolerance?: number; readonly outputs?: S };
  /** Most rows that the model is given at once. Default 4 096. Rows wait for each other only within a step of the host. */
  readonly rowsPerRequest?: number;
}
type ColumnsOfOutputs<O extends ModelOutputs> = { readonly [N in keyof O as ColumnOfOutput<O[N]>]: O[N] extends { readonly type: { readonly list: string } } ? Signal : number };
type ColumnOfOutput<V> = V extends string ? V : V extends { readonly column: infer C extends string } ? C : never;
