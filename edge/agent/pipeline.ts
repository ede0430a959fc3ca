import { drive, type Infer } from '../../engine/graph/drive';
import { createGraph } from '../../engine/graph/create-graph';
import type { Graph, GraphInput, ReportCounters, StepResult } from '../../engine/graph/graph-api';
import { sealedSchema, type FieldSealer } from '../../engine/crypto/seal-batch';
import { assert } from '../../engine/error';
import type { DeadLetter, StreamType } from '../../engine/operator/operator';
import type { SinkNode } from '../../engine/plan/plan';
import type { Env, Timer } from '../env/env';
import { sinkKey, type SinkBinding } from '../sink/sink-port';
import type { OutboxRow, Store } from '../store/store';
import type { Deployment } from './deployment';
import type { DurableWriter } from './durable-writer';
import { EffectOrigins } from './effect-origins';
import { InputQueue } from './input-queue';
import type { Journal } from './journal';
import { KEY_MISSING, Outgoing } from './outgoing';
import { DEAD_LETTERS } from './release-state';

export interface PipelineOptions {
  readonly env: Env;
  readonly deployment: Deployment;
  readonly store: Store;
  readonly journal: Journal;
  readonly writer: DurableWriter;
  readonly infer: Infer;
  /** Encrypts the fields that leave encrypted. */
  readonly sealer: FieldSealer;
  /** Rows of `key` are in the outbox. */
  readonly onRows: (key: string, rows: number) => void;
  /** The engine has seen the inputs up to `seq`; what they led to is in the outbox of `sinks`. */
  readonly onStep?: (seq: number, sinks: readonly string[]) => void;
  /** More waits for the engine than it should (true), or little enough again (false). */
  readonly onPressure: (pressed: boolean) => void;
  /** `count` stored messages are of sources that this plan does not have. */
  readonly onForeign?: (count: number) => void;
  /** Whether inputs are kept on disk although a checkpoint covers them. */
  readonly keepsInputs?: () => boolean;
  readonly onFatal: (error: unknown) => void;
}

const STEP_INPUTS_MAX = 4_096;
/** Steps are at least this far apart under load, so that the engine gets batches instead of single messages. */
const STEP_INTERVAL_MS = 4;
const QUEUE_INPUTS_MAX = 50_000;
const QUEUE_BYTES_MAX = 32 << 20;
const CHECKPOINT_MS = 1_000;
const CHECKPOINT_INPUTS_MAX = 100_000;
/** A checkpoint may take a fiftieth of the time. */
const CHECKPOINT_COST_RATIO = 50;
const UNSEALED = '#unsealed';

/**
 * One deployed pipeline: inputs in, outbox rows out. A step's effects are written in one transaction with the inputs that
 * made them. Now and then the engine's state goes with it (a checkpoint) and the inputs that it covers are forgotten. After a
 * kill the engine starts from the checkpoint, reads the inputs since then again and gives the same effects in the same order;
 * the first of them, as many as the outbox has had since the checkpoint, are left out. So no effect is lost or repeated.
 *
 *   inbox  ──┬───────────────┬──────────▶ seq
 *        checkpoint      last effect        effects between the two are known by their number, not written again
 */
export class Pipeline {
  readonly graph: Graph;
  readonly bindings: ReadonlyMap<string, SinkBinding>;
  private readonly sinkKeys: readonly string[];
  private readonly outgoing = new Map<string, Outgoing>();
  private readonly queue = new InputQueue();
  private readonly origins = new EffectOrigins();
  private seq: number;
  private checkpointSeq: number;
  private checkpointAtMs: number;
  private checkpointEveryMs = CHECKPOINT_MS;
  private deadLetters: number;
  private repeatedLetters: number;
  /** Rows that could not be encrypted, ever. */
  private unsealed: number;
  private lastStepMs = -Infinity;
  private busy: Promise<void> | null = null;
  private timer: Timer | null = null;
  private pressed = false;
  private roomWanted = false;
  private closed = false;
  /** Takes no further inputs. */
  private ending = false;
  private abandoned = false;
  private failure: { readonly error: unknown } | null = null;
  /** Inputs on disk that come before those of the queue; null: there are none, pushed inputs go to the queue. */
  private stored: Generator<{ readonly firstSeq: number; readonly inputs: readonly GraphInput[] }> | null;
  /** Last input that is in the queue or was. */
  private queuedSeq: number;

  constructor(private readonly options: PipelineOptions) {
    const { env, deployment, store } = options;
    this.graph = createGraph(deployment.plan, { clockMs: () => env.monotonicMs() });
    this.bindings = bindingsOf(deployment, this.graph);
    this.sinkKeys = [...this.bindings.keys()];
    const checkpoint = store.checkpoint();
    if (checkpoint !== null) this.graph.restore(checkpoint.snapshot);
    this.seq = checkpoint?.seq ?? store.cursor('start') ?? -1;
    this.checkpointSeq = this.seq;
    this.checkpointAtMs = env.monotonicMs();
    for (const [key, binding] of this.bindings) {
      const { name } = binding.sink.config;
      const progress = { written: store.cursor(`emitted:${name}`) ?? 0, atCheckpoint: checkpoint?.emitted[name] ?? 0 };
      this.outgoing.set(name, new Outgoing({ key, binding, type: sinkType(this.graph, binding.sink), sealer: options.sealer, progress }));
    }
    this.repeatedLetters = (store.cursor(`emitted:${DEAD_LETTERS}`) ?? 0) - (checkpoint?.emitted[DEAD_LETTERS] ?? 0);
    this.deadLetters = checkpoint?.emitted[DEAD_LETTERS] ?? 0;
    this.unsealed = store.cursor(`emitted:${UNSEALED}`) ?? 0;
    this.stored = store.inboxAfter(this.seq);
    this.queuedSeq = this.seq;
    this.loadStored();
  }

  /** The graph's counters, and the rows that could not be encrypted among the dead letters. */
  get totals(): ReportCounters {
    const { totals } = this.graph.metrics();
    return this.unsealed === 0 ? totals : { ...totals, deadLetters: { ...totals.deadLetters, [KEY_MISSING]: this.unsealed } };
  }

  /** Inputs that wait for the engine. */
  get backlog(): number {
    return this.stored === null ? this.queue.count : this.options.journal.nextSeq - 1 - this.seq;
  }

  get checkpointAgeMs(): number {
    return this.seq === this.checkpointSeq ? 0 : this.options.env.monotonicMs() - this.checkpointAtMs;
  }

  /** Sequence number of the last input that the engine has seen. */
  get processedSeq(): number {
    return this.seq;
  }

  /** Starts with what a killed process left in the inbox. */
  start(): void {
    this.schedule();
  }

  push(inputs: readonly GraphInput[]): void {
    if (this.closed || this.ending) return;
    if (this.stored !== null) return this.schedule();
    this.enqueue(inputs);
    this.feelPressure();
    this.schedule();
  }

  /** Takes no more inputs, runs those that wait, writes a checkpoint and ends. Rejects when that fails. */
  async close(): Promise<void> {
    this.ending = true;
    this.timer?.cancel();
    while (!this.closed && (this.busy !== null || this.queue.count > 0)) {
      if (this.busy === null) this.begin();
      await this.busy;
    }
    if (this.failure !== null) throw this.failure.error;
    if (this.closed) return;
    this.closed = true;
    if (this.seq > this.checkpointSeq) await this.settle({ emissions: [], deadLetters: [], dropFacts: [] }, true);
  }

  /** Ends at once, without a further effect; what waits is in the inbox. Resolves when nothing of it runs any more. */
  async abandon(): Promise<void> {
    this.closed = true;
    this.abandoned = true;
    this.timer?.cancel();
    await this.busy;
  }

  private enqueue(inputs: readonly GraphInput[]): void {
    this.queue.push(inputs);
    this.queuedSeq += inputs.length;
  }

  /** Fills the queue from the inbox; at its end come the inputs that are not on disk yet, and from then on those that are pushed. */
  private loadStored(): void {
    while (this.stored !== null && this.queue.count < STEP_INPUTS_MAX) {
      const next = this.stored.next();
      const inputs = next.done === true ? this.options.journal.unwrittenAfter(this.queuedSeq) : next.value.inputs;
      if (next.done === true) this.stored = null;
      this.countForeign(inputs);
      this.enqueue(inputs);
    }
  }

  private countForeign(inputs: readonly GraphInput[]): void {
    const { nodes } = this.options.deployment.plan;
    const foreign = inputs.filter(input => input.kind === 'message' && input.source !== undefined && !nodes.some(({ id, op }) => op === 'source' && id === input.source));
    if (foreign.length > 0) this.options.onForeign?.(foreign.length);
  }

  private schedule(): void {
    if (this.closed || this.busy !== null || this.timer !== null || this.queue.count === 0) return;
    const waitMs = this.queue.count >= STEP_INPUTS_MAX ? 0 : this.lastStepMs + STEP_INTERVAL_MS - this.options.env.monotonicMs();
    if (waitMs > 0) this.timer = this.options.env.setTimer(waitMs, () => this.begin());
    else this.begin();
  }

  /** Writes a checkpoint although none is due: the inputs that it covers leave the inbox. */
  makeRoom(): void {
    this.roomWanted = true;
    if (this.closed || this.busy !== null || this.seq === this.checkpointSeq) return;
    this.begin(() => this.settle({ emissions: [], deadLetters: [], dropFacts: [] }, true));
  }

  private begin(work = () => this.step()): void {
    this.timer?.cancel();
    this.timer = null;
    this.busy = work().then(
      () => {
        this.busy = null;
        if (this.roomWanted && this.queue.count === 0) return this.makeRoom();
        if (this.queue.count > 0) this.options.env.soon(() => this.schedule());
      },
      error => {
        const abandoned = this.closed;
        this.busy = null;
        this.closed = true;
        if (abandoned) return;
        this.failure = { error };
        this.options.onFatal(error);
      }
    );
  }

  private async step(): Promise<void> {
    this.lastStepMs = this.options.env.monotonicMs();
    const inputs = this.queue.take(STEP_INPUTS_MAX);
    this.loadStored();
    this.origins.begin(this.graph.inputCount, inputs);
    const result = await drive(this.graph, inputs, this.options.infer);
    if (this.abandoned) return;
    this.seq += inputs.length;
    await this.settle(result, this.checkpointDue());
    this.options.onStep?.(this.seq, this.sinkKeys);
    this.feelPressure();
  }

  private checkpointDue(): boolean {
    const inputs = this.seq - this.checkpointSeq;
    return inputs >= CHECKPOINT_INPUTS_MAX || (inputs > 0 && this.roomWanted) || (inputs > 0 && this.options.env.monotonicMs() - this.checkpointAtMs >= this.checkpointEveryMs);
  }

  /** One transaction: inputs, effects, counts, and the checkpoint when it is due. */
  private async settle(result: StepResult, checkpoint: boolean): Promise<void> {
    const { env, store, journal, writer, onRows, keepsInputs } = this.options;
    const firstLetter = this.deadLetters + this.repeatedLetters + this.unsealed;
    const { rows, letters: unsealed } = this.outboxRows(result);
    const letters = [...this.newLetters(result), ...unsealed];
    this.unsealed += unsealed.length;
    if (rows.length === 0 && letters.length === 0 && !checkpoint) return;
    const snapshot = checkpoint ? this.snapshot() : null;
    await writer.commit(
      () => {
        if (this.abandoned) return;
        if (snapshot !== null) store.writeCheckpoint({ seq: this.seq, snapshot, emitted: this.given() });
        journal.write(env.nowMs(), snapshot === null || keepsInputs?.() === true ? -1 : this.seq);
        for (const row of rows) store.putOutbox(row);
        for (const [name, outgoing] of this.outgoing) store.setCursor(`emitted:${name}`, outgoing.written);
        store.setCursor(`emitted:${DEAD_LETTERS}`, this.deadLetters + this.repeatedLetters);
        if (unsealed.length > 0) store.setCursor(`emitted:${UNSEALED}`, this.unsealed);
        letters.forEach((letter, index) => store.putDeadLetter(firstLetter + index, letter));
      },
      () => {
        if (!this.abandoned) journal.settled();
      }
    );
    if (this.abandoned) return;
    if (snapshot !== null) {
      this.checkpointSeq = this.seq;
      this.roomWanted = false;
    }
    for (const row of rows) onRows(row.sink, row.count);
  }

  private outboxRows(result: StepResult): { readonly rows: readonly Omit<OutboxRow, 'epoch'>[]; readonly letters: readonly DeadLetter[] } {
    const nowMs = this.options.env.nowMs();
    const rows: Omit<OutboxRow, 'epoch'>[] = [];
    const letters: DeadLetter[] = [];
    for (const emission of result.emissions) {
      const outgoing = this.outgoing.get(emission.sink.config.name);
      assert(outgoing !== undefined, `sink "${emission.sink.config.name}" is in the plan`);
      const leaving = outgoing.take(emission, nowMs, this.origins);
      if (leaving.row !== null) rows.push(leaving.row);
      letters.push(...leaving.letters);
    }
    return { rows, letters };
  }

  private newLetters(result: StepResult): StepResult['deadLetters'] {
    const known = Math.min(this.repeatedLetters, result.deadLetters.length);
    this.repeatedLetters -= known;
    this.deadLetters += result.deadLetters.length;
    return result.deadLetters.slice(known);
  }

  private given(): Record<string, number> {
    const counts: Record<string, number> = { [DEAD_LETTERS]: this.deadLetters };
    for (const [name, outgoing] of this.outgoing) counts[name] = outgoing.given;
    return counts;
  }

  private snapshot(): Uint8Array {
    const started = this.options.env.monotonicMs();
    const snapshot = this.graph.snapshot();
    this.checkpointEveryMs = Math.max(CHECKPOINT_MS, CHECKPOINT_COST_RATIO * (this.options.env.monotonicMs() - started));
    this.checkpointAtMs = this.options.env.monotonicMs();
    return snapshot;
  }

  private feelPressure(): void {
    const share = this.pressed ? 0.5 : 1;
    const pressed = this.queue.count > QUEUE_INPUTS_MAX * share || this.queue.bytes > QUEUE_BYTES_MAX * share;
    if (pressed === this.pressed) return;
    this.pressed = pressed;
    this.options.onPressure(pressed);
  }
}

/** What each sink of the plan needs, by the key of its rows. */
export function bindingsOf(deployment: Deployment, graph: Graph): Map<string, SinkBinding> {
  const bindings = new Map<string, SinkBinding>();
  const tables = new Map<string, number>();
  for (const node of deployment.plan.nodes) {
    if (node.op !== 'sink') continue;
    const type = sinkType(graph, node);
    bindings.set(sinkKey(deployment.pipeline, deployment.release, node.config.name), {
      pipeline: deployment.pipeline,
      release: deployment.release,
      sink: node,
      schema: sealedSchema(type.schema),
      ...(type.keys.length === 0 ? {} : { keys: type.keys }),
      shard: shardOf(node, tables)
    });
  }
  return bindings;
}

/** The rows of `sink` before they are encrypted. */
function sinkType(graph: Graph, sink: SinkNode): StreamType {
  const type = graph.types.get(sink.id);
  assert(type !== undefined, `sink "${sink.id}" has a type`);
  return type;
}

function shardOf(sink: SinkNode, tables: Map<string, number>): number {
  if (sink.config.connector !== 'lake') return 0;
  const shard = tables.get(sink.config.table) ?? 0;
  tables.set(sink.config.table, shard + 1);
  return shard;
}
