import type { Report } from '../../engine/api/host';
import { LittoralError, toErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';
import { drive } from '../../engine/graph/drive';
import type { Graph, GraphInput } from '../../engine/graph/graph-api';
import { RowCollector } from '../../engine/graph/replay';
import type { Plan } from '../../engine/plan/plan';
import { BoundedQueue } from '../connection/bounded-queue';
import type { Clock, Timer } from '../platform/clock';
import type { RunSnapshot, RunState } from '../protocol';
import type { Inference } from './inference';
import { LiveChart, chooseChart } from './live-chart';
import { RunPicture } from './run-picture';
import type { Sink } from './sink';
import { Watchers } from './watchers';

const FRAME_MS = 16;
const STEP_INPUTS_MAX = 2_048;
const QUEUE_MESSAGES_MAX = 200_000;
const QUEUE_BYTES_MAX = 128 * 1024 * 1024;

export interface RunOptions {
  readonly runId: string;
  readonly plan: Plan;
  readonly graph: Graph;
  readonly inference: Inference;
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly clock: Clock;
  readonly chart?: string;
  /** Time that the watermark's lag is measured from: now for a live run, the newest arrival for a fed one. */
  readonly lagFrom: 'now' | 'arrival';
  /** Whether a broker that the run reads from is away. */
  readonly reconnecting: () => boolean;
  readonly onChange: () => void;
}

interface Received {
  readonly input: GraphInput;
  readonly receivedAtMs: number;
}

/** A plan being driven: takes inputs, steps once per frame, carries out effects, keeps the picture that people see. */
export class Run {
  readonly done: Promise<Report>;
  readonly watchers: Watchers;
  private readonly queue = new BoundedQueue<Received>({ itemsMax: QUEUE_MESSAGES_MAX, bytesMax: QUEUE_BYTES_MAX });
  private readonly picture: RunPicture;
  private readonly rows = new RowCollector(0);
  private readonly beganAtMs: number;
  private endedAtMs: number | null = null;
  private state: 'starting' | 'live' | 'paused' | 'stopped' | 'failed' = 'starting';
  private frame: Timer | null = null;
  private stepping: Promise<void> = Promise.resolve();
  private lastArrivalMs = 0;
  private failure: ErrorRecord | undefined;
  private sinkFailures = 0;
  private sinkFailure: ErrorRecord | undefined;
  private resolve: (report: Report) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(private readonly options: RunOptions) {
    const { runId, plan, graph, clock } = options;
    const chart = new LiveChart(chooseChart(plan, graph, options.chart));
    this.picture = new RunPicture({ runId, plan, graph, clock, chart });
    this.watchers = new Watchers({ clock, chart, snapshot: () => this.snapshot() });
    this.beganAtMs = clock.preciseMs();
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.done.catch(() => undefined);
  }

  get ended(): boolean {
    return this.state === 'stopped' || this.state === 'failed';
  }

  begin(): void {
    this.become('live');
  }

  /** Takes a live input; it is in the next step. What does not fit the queue is counted and shown. */
  offer(input: GraphInput, receivedAtMs: number): void {
    if (this.ended) return;
    this.queue.push({ input, receivedAtMs }, input.kind === 'message' ? input.payload.length : 0);
    this.schedule();
  }

  /** Takes inputs at once and resolves when their effects have been handed to the sinks: for recordings. */
  async feed(inputs: readonly GraphInput[]): Promise<void> {
    const receivedAtMs = this.options.clock.preciseMs();
    const received = inputs.map(input => ({ input, receivedAtMs }));
    for (let from = 0; from < received.length && !this.ended; from += STEP_INPUTS_MAX) {
      await this.enqueueStep(received.slice(from, from + STEP_INPUTS_MAX));
    }
  }

  get paused(): boolean {
    return this.state === 'paused';
  }

  pause(paused: boolean): void {
    if (this.ended || paused === this.paused) return;
    this.frame?.cancel();
    this.frame = null;
    this.become(paused ? 'paused' : 'live');
    this.schedule();
  }

  /** Ends the run after what has been received; windows that are open stay uncounted as state, not as loss. */
  async stop(): Promise<Report> {
    if (!this.ended) {
      this.frame?.cancel();
      await this.enqueueStep(this.queue.drain());
      if (!this.ended) await this.finish();
    }
    return await this.done;
  }

  fail(error: unknown): void {
    if (this.ended) return;
    this.failure = toErrorRecord(error);
    void this.closeSinks();
    this.close('failed');
    this.reject(error);
  }

  snapshot(): RunSnapshot {
    const { clock, lagFrom, reconnecting } = this.options;
    const state: RunState = this.state === 'live' && reconnecting() ? 'reconnecting' : this.state;
    const error = this.failure ?? this.overflow() ?? this.sinkFailure;
    return this.picture.snapshot({
      state,
      elapsedMs: (this.endedAtMs ?? clock.preciseMs()) - this.beganAtMs,
      lagFromMs: lagFrom === 'now' && !this.ended ? clock.nowMs() : this.lastArrivalMs,
      ...(error === undefined ? {} : { error })
    });
  }

  private schedule(): void {
    if (this.state !== 'live' || this.frame !== null || this.queue.size === 0) return;
    this.frame = this.options.clock.after(FRAME_MS, () => {
      this.frame = null;
      void this.enqueueStep(this.queue.drain()).then(() => this.schedule());
    });
  }

  /** Steps never overlap: a graph that waits for an inference must not be pushed. */
  private enqueueStep(received: readonly Received[]): Promise<void> {
    this.stepping = this.stepping.then(() => this.step(received)).catch((error: unknown) => this.fail(error));
    return this.stepping;
  }

  private async step(received: readonly Received[]): Promise<void> {
    for (let from = 0; from < received.length && !this.ended; from += STEP_INPUTS_MAX) {
      await this.stepOnce(received.slice(from, from + STEP_INPUTS_MAX));
    }
  }

  private async stepOnce(received: readonly Received[]): Promise<void> {
    const { graph, inference, clock, sinks } = this.options;
    const inputs = received.map(item => item.input);
    const firstAt = graph.inputCount;
    const result = await drive(graph, inputs, inference.infer);
    const last = inputs[inputs.length - 1];
    if (last !== undefined && last.kind !== 'end') this.lastArrivalMs = last.arrivalTimeMs;
    this.rows.take(result);
    this.picture.take(inputs, result, { firstAt, receivedAtMs: received.map(item => item.receivedAtMs), emittedAtMs: clock.preciseMs() });
    for (const emission of result.emissions) {
      sinks.get(emission.sink.config.name)?.write(emission).catch((error: unknown) => this.noteSinkFailure(error));
    }
  }

  private async finish(): Promise<void> {
    await this.closeSinks();
    const report = this.rows.report(this.options.graph);
    this.close('stopped');
    this.resolve(report);
  }

  private async closeSinks(): Promise<void> {
    for (const sink of this.options.sinks.values()) await sink.close().catch((error: unknown) => this.noteSinkFailure(error));
  }

  private close(state: 'stopped' | 'failed'): void {
    this.frame?.cancel();
    this.endedAtMs = this.options.clock.preciseMs();
    this.become(state);
    this.watchers.end();
    this.options.inference.dispose().catch((error: unknown) => this.noteSinkFailure(error));
  }

  private become(state: Run['state']): void {
    this.state = state;
    this.watchers.sendSnapshot();
    this.options.onChange();
  }

  private noteSinkFailure(error: unknown): void {
    this.sinkFailures += 1;
    const record = toErrorRecord(error);
    this.sinkFailure = this.sinkFailures === 1 ? record : { ...record, message: `${record.message} (${this.sinkFailures} times so far)` };
  }

  private overflow(): ErrorRecord | undefined {
    if (this.queue.dropped === 0) return undefined;
    return toErrorRecord(
      new LittoralError('QUEUE_OVERFLOW', `run "${this.options.plan.name}": ${this.queue.dropped} messages were not taken because ${QUEUE_MESSAGES_MAX} were waiting; this browser is too slow for the stream, or the run was paused. Filter at the source or run it at the edge.`, {
        details: { dropped: this.queue.dropped }
      })
    );
  }
}
