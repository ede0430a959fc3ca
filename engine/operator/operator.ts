import type { Batch } from '../batch/batch';
import type { Schema } from '../schema/schema';
import type { GapFigures } from '../time/gap-detector';

/** What a stream is, at plan time: its columns, its key, whether its rows carry event time. */
export interface StreamType {
  readonly schema: Schema;
  readonly keys: readonly string[];
}

/**
 * What flows along an edge of the graph: rows, and the watermark steps between them.
 *
 *   rows      at: 0   1   1   3   4
 *   progress  at:       1       3          (after all rows of input 1 the watermark is w1, after input 3 it is w3)
 *
 * A step at `a` holds after every row with `at <= a` and before every row with `at > a`. Watermarks rise strictly;
 * the end of a bounded input is a step to +Infinity. Cutting a stream of inputs into other chunks never changes results.
 */
export interface Chunk {
  readonly batch: Batch;
  readonly progress: Progress;
}
export interface Progress {
  readonly count: number;
  readonly at: Float64Array;
  readonly watermarkMs: Float64Array;
  /** From when on the stream is idle, or active again, in order of `at`; absent: it stays as it was. Operators with one input pass it on. */
  readonly idle?: readonly IdleMark[];
}
/** After all rows of input `at` the stream holds back no combined watermark, or does so again. */
export interface IdleMark {
  readonly at: number;
  readonly idle: boolean;
}

/** Where an operator's results go. */
export interface Output {
  emit(chunk: Chunk): void;
  /** Emits to the side output `name` of the node; must name one of `OperatorSpec.sideOutputs` and carry the node's progress. */
  emitSide(name: string, chunk: Chunk): void;
  deadLetter(letter: DeadLetter): void;
  /** A record that was dropped with a reason, for `explain` and the UI; bounded by the graph, never lost from the counters. */
  dropped(fact: DropFact): void;
  /** Rows that wait for the host's inference; the graph answers through `Operator.answer`. */
  requestInference(request: InferenceRequest): void;
}

export interface DeadLetter {
  readonly at: number;
  readonly node: string;
  readonly code: string;
  readonly message: string;
  readonly topic: string;
  readonly arrivalTimeMs: number;
  /** The payload, cut to 64 KiB. */
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
}

export interface DropFact {
  readonly at: number;
  readonly node: string;
  /** `dropped`: on purpose, by a rule of the operator (a duplicate, an unchanged value, a row that was not sampled). */
  readonly reason: 'late' | 'gap' | 'filtered' | 'dropped';
  readonly eventTimeMs: number;
  readonly watermarkMs: number;
  readonly windowEndMs: number | null;
}

export interface Tensor {
  readonly type: 'float32' | 'float64' | 'int32' | 'int64';
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array;
}
/** A tensor of texts; models only take such, they do not give them. */
export interface TextTensor {
  readonly type: 'string';
  readonly dims: readonly number[];
  readonly data: readonly string[];
}
export type InputTensor = Tensor | TextTensor;
export interface InferenceRequest {
  readonly id: number;
  readonly node: string;
  readonly model: string;
  /** One row of each tensor per waiting row: dims [rows, columns]; states of recurrent models have the shape of the Plan. */
  readonly inputs: Readonly<Record<string, InputTensor>>;
  readonly rowCount: number;
  /** Its answer is only compared with that of another model. */
  readonly shadow?: true;
}
export type InferenceAnswer =
  | { readonly id: number; readonly outputs: Readonly<Record<string, Tensor>> }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

/**
 * Counters of one operator. Conservation, exact at every step boundary:
 * `rowsIn = rowsInState + rowsReleased + filtered + late + inGap + dropped + deadLetters`, where `rowsReleased` are input rows
 * whose every effect has been emitted (for a one-to-one operator: the rows passed on).
 */
export interface OperatorCounters {
  rowsIn: number;
  rowsOut: number;
  rowsReleased: number;
  rowsInState: number;
  filtered: number;
  late: number;
  inGap: number;
  /** Dropped on purpose by a rule of the operator. */
  dropped: number;
  deadLetters: number;
}

/** A running operator: synchronous, pure, owned by one graph. */
export interface Operator {
  readonly counters: OperatorCounters;
  process(chunk: Chunk, port: number, output: Output): void;
  answer?(answer: InferenceAnswer, output: Output): void;
  /** For operators with several ports: all ports have the rows and progress up to the same input. Called again and again; does nothing without news. */
  settle?(output: Output): void;
  /** How what comes in departs from what was declared, in counts by `kind:name`. */
  drift?(): ReadonlyMap<string, number>;
  /** What it counts beside its counters, by names of the Plan: violations by rule. */
  readonly tallies?: Readonly<Record<string, number>>;
  /** Numbers of records that never came; of sources with a sequence. */
  readonly gaps?: GapFigures;
  snapshot(writer: SnapshotWriter): void;
  restore(reader: SnapshotReader): void;
}

/** Deterministic binary writer of operator state; equal state gives equal bytes. */
export interface SnapshotWriter {
  f64(value: number): void;
  u32(value: number): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  f64s(values: Float64Array): void;
}
export interface SnapshotReader {
  f64(): number;
  u32(): number;
  text(): string;
  bytes(): Uint8Array;
  f64s(): Float64Array;
}

/**
 * The single source about an operator: the notebook's help, the docs, plan validation and the editor's forms come from it.
 */
export interface OperatorSpec<Config> {
  readonly op: string;
  readonly doc: string;
  readonly fields: readonly FieldSpec[];
  /** In words: which rows do not come out, and where they are counted. */
  readonly drops: string;
  /** In words: what is kept, and its bound. */
  readonly memory: string;
  /** Number of inputs, when it is not one. */
  readonly ports?: { readonly min: number; readonly max: number };
  /** Types of the outputs beside the main one, by name (letters and digits). */
  sideOutputs?(config: Config, inputs: readonly StreamType[], path: string): Readonly<Record<string, StreamType>>;
  /** Output type, or a PlanError that says what is wrong with `config` on this input. */
  resolve(config: Config, inputs: readonly StreamType[], path: string): StreamType;
  create(config: Config, inputs: readonly StreamType[], node: string): Operator;
}
export interface FieldSpec {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly doc: string;
}
