import { LittoralError } from '../../engine/error';
import type { DurableWriter } from '../agent/durable-writer';
import { withinMs, type Env, type Timer } from '../env/env';
import type { Log } from '../log/log';
import type { RowTimes } from '../metrics/effect-times';
import type { OutboxRow, Store } from '../store/store';
import { decodeContext } from '../telemetry/effect-context';
import type { Tracer } from '../telemetry/tracer';
import { OutboxFeed } from './outbox-feed';
import type { SinkBinding, SinkDrain } from './sink-port';

/** What every way out is made with. */
export interface DrainOptions {
  readonly env: Env;
  readonly key: string;
  readonly binding: SinkBinding;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly log: Log;
  /** Called for rows that are carried out, with the time at which they were made and what else is known of their times. */
  readonly onCarriedOut: (count: number, createdMs: number, times: RowTimes | null) => void;
  /** Carries traces on; absent: effects belong to none. */
  readonly tracer?: Tracer;
  readonly onDropped: (reason: string, rows: number) => void;
}

/** A sink cannot take a row now and may say when it can. */
export class TryAgain extends Error {
  constructor(
    message: string,
    /** When the sink wants to be asked again; null: after the usual pause. */
    readonly afterMs: number | null = null
  ) {
    super(message);
  }
}

/** Carries out the effects of one outbox row, then calls `settle`: what that is given runs in the transaction that deletes the row. When it rejects, the row is tried again; `stopped` tells it to give up. */
export type CarryOut = (row: OutboxRow, settle: (also: () => void) => Promise<void>, stopped: AbortSignal) => Promise<void>;

const RETRY_FIRST_MS = 250;
/** Also when a server asks for less. */
const REST_MS_MIN = 100;
const RETRY_MAX_MS = 60_000;

/** Carries out the rows of one sink one after the other, each as often as it takes, and deletes each when it is done. */
export class SerialSink implements SinkDrain {
  private readonly feed: OutboxFeed;
  private working: Promise<void> | null = null;
  private failure: string | null = null;
  private waiting: { readonly timer: Timer; readonly done: () => void } | null = null;
  private attempts = 0;
  private again = false;
  private stopped = false;
  private ending: Promise<void> | null = null;
  private readonly abort = new AbortController();
  private idle: (() => void)[] = [];

  constructor(
    private readonly options: DrainOptions,
    private readonly carryOut: CarryOut,
    private readonly close: () => Promise<void> = () => Promise.resolve()
  ) {
    const { env, key, store, writer, binding, onDropped } = options;
    this.feed = new OutboxFeed({ env, key, store, writer, policy: binding.sink.config.outbox, onDropped, onReady: () => this.work() });
  }

  get problem(): string | null {
    return this.failure;
  }

  wake(): void {
    this.feed.wake();
    this.work();
  }

  async flush(deadlineMs: number): Promise<void> {
    const { env } = this.options;
    const done = new Promise<void>(resolve => this.idle.push(resolve));
    this.work();
    await withinMs(env, done, Math.max(0, deadlineMs - env.monotonicMs()));
  }

  stop(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  private async end(): Promise<void> {
    this.stopped = true;
    this.abort.abort();
    this.waiting?.timer.cancel();
    this.waiting?.done();
    await this.working;
    this.feed.stop();
    await this.close();
  }

  private work(): void {
    if (this.stopped) return;
    if (this.working !== null) {
      this.again = true;
      return;
    }
    this.working = this.drain().finally(() => {
      this.working = null;
      if (!this.again) return;
      this.again = false;
      this.work();
    });
  }

  private async drain(): Promise<void> {
    for (let row = this.feed.next(); row !== null; row = this.feed.next()) {
      if (!(await this.untilDone(row))) return;
    }
    if (this.feed.empty) for (const resolve of this.idle.splice(0)) resolve();
  }

  /** false: the sink is stopped; the row stays in the outbox. */
  private async untilDone(row: OutboxRow): Promise<boolean> {
    while (!this.stopped) {
      if (this.feed.dropIfStale(row)) return true;
      try {
        await this.carry(row);
        return true;
      } catch (error) {
        if (error instanceof LittoralError && error.code === 'STORE_CLOSED') return false;
        await this.failed(error instanceof Error ? error : new Error(String(error)));
        if (this.feed.giveBack(row)) return true;
      }
    }
    return false;
  }

  private async carry(row: OutboxRow): Promise<void> {
    const { key, log, onCarriedOut } = this.options;
    await this.carryOut(row, also => this.feed.settle(row, also), this.abort.signal);
    if (this.failure !== null) log(`sink "${key}": it takes rows again.`, { event: 'sink.recovered', fields: { sink: key } });
    this.failure = null;
    this.attempts = 0;
    onCarriedOut(row.count, row.createdMs, decodeContext(row.context));
  }

  private async failed(error: Error): Promise<void> {
    if (this.stopped) return;
    const { env, key, log } = this.options;
    if (this.failure === null) log(`sink "${key}": ${error.message} The rows wait in the outbox; tried again.`, { event: 'sink.failed', severity: 'warn', fields: { sink: key } });
    this.failure = error.message;
    const usualMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.attempts++) * (0.5 + env.random() / 2);
    await this.rest(Math.max(REST_MS_MIN, (error instanceof TryAgain ? error.afterMs : null) ?? usualMs));
  }

  private rest(delayMs: number): Promise<void> {
    return new Promise(done => {
      const finish = (): void => {
        this.waiting = null;
        done();
      };
      this.waiting = { timer: this.options.env.setTimer(delayMs, finish), done: finish };
    });
  }
}
