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
  window<const O extends WindowOptions>(window: Window, options: O): WindowedStream<R, K, 'allowedLatenessMs' extends keyof O ? RevisedBounds : WindowBounds>;

  /**
   * Runs an ONNX model and adds its outputs as columns: `.predict('bearing.onnx', { inputs: { features: ['rms', 'peakHz'] }, outputs: { score: 'score' } })`.
   * Rows whose inference fails go to the dead letters (`INFERENCE`), or get null with `onError: 'null'`.
   */
  predict<const O extends ModelOutputs>(model: string, options: PredictOptions<R, O>): StreamOf<Flat<R & { readonly [N in ColumnOfOutput<O[keyof O]>]: number }>, K>;

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
export interface WindowedStream<R extends Row, K extends string, B extends Row = WindowBounds> {
  /**
   * One row per window and key: its key columns, `windowStartMs`, `windowEndMs` (exclusive) and one column per aggregate,
   * e.g. `.aggregate({ n: count(), mean: mean('x'), rms: rms('x') })`. Over a signal column every element counts as a value.
   */
  aggregate<A extends Readonly<Record<string, AggregateOf<R>>>>(aggregates: A): StreamOf<Aggregated<R, K, A, B>, K>;
}

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

type AggregateOf<R> = NumericAggregate<NamesOf<R>['numbers']> | ValueAggregate<NamesOf<R>['values']> | CountAggregate<keyof R & string> | DistinctAggregate<NamesOf<R>['values']> | PairAggregate<NamesOf<R>['numbers']> | ListAggregate<NamesOf<R>['numbers']>;

type Selected<R extends Row, K extends string, S extends Row> = Flat<Pick<R, K & keyof R> & { readonly [N in keyof S]: Widened<S[N]> }>;
type Aggregated<R extends Row, K extends string, A, B extends Row> = Flat<Pick<R, K & keyof R> & B & { readonly [N in keyof A]: ResultOf<R, A[N]> }>;
type ResultOf<R extends Row, A> = A extends ValueAggregate<infer C> ? (C extends keyof R ? (R[C] extends Signal ? number : R[C]) : never) : A extends ListAggregate<string> ? Signal : A extends Aggregate<string> ? number : never;
/** Columns that every window has. */
export type WindowBounds = {
  /** First ms of the window. */
  readonly windowStartMs: number;
  /** First ms after the window. */
  readonly windowEndMs: number;
};
/** Columns of windows with allowed lateness. */
export type RevisedBounds = WindowBounds & {
  /** 0 for the first result of a window, then one more with every late row it took in. */
  readonly revision: number;
};

/** Type of a model's output; one value per row. */
export type OutputType = 'float32' | 'float64' | 'int64' | 'int32';
/** Model output → new column, with its type if it is not float32. */
export type ModelOutputs = Readonly<Record<string, string | { readonly column: string; readonly type: OutputType }>>;
export interface PredictOptions<R extends Row, O extends ModelOutputs> {
  /** Model input → columns in the order of the tensor. */
  readonly inputs: Readonly<Record<string, readonly NamesOf<R>['numbers'][]>>;
  /** Model output → new column: `{ score: 'score' }`, or `{ label: { column: 'label', type: 'int64' } }`. */
  readonly outputs: O;
  /** What happens to rows whose inference fails. Default `deadLetter`. */
  readonly onError?: 'deadLetter' | 'null';
}
type ColumnOfOutput<V> = V extends string ? V : V extends { readonly column: infer C extends string } ? C : never;
