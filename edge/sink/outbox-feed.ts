import type { OutboxPolicy } from '../../engine/plan/nodes/sink';
import type { DurableWriter } from '../agent/durable-writer';
import type { Env, Timer } from '../env/env';
import type { OutboxRow, Store } from '../store/store';
import { OutboxLimits } from './outbox-limits';
import { RateLimit } from './rate-limit';

export interface OutboxFeedOptions {
  readonly env: Env;
  readonly key: string;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly policy: OutboxPolicy | undefined;
  readonly onDropped: (reason: 'stale' | 'overflow', rows: number) => void;
  /** There may be a next row again. */
  readonly onReady: () => void;
}

const ROWS_LOADED = 16;
const DELETE_AFTER_MS = 10;
const RETRY_MS = 1_000;

/**
 * The waiting rows of one sink in the order in which they are to leave, as its policy says. Rows that are too old or too many
 * are dropped and counted in one transaction with their deletion; rows on their way are left alone.
 */
export class OutboxFeed {
  private buffer: OutboxRow[] = [];
  /** Ids of rows that are on their way, or gone but not deleted yet. */
  private readonly taken = new Set<number>();
  private finished: number[] = [];
  private lastId = -1;
  private ended = false;
  private timer: Timer | null = null;
  private stopped = false;
  private readonly rate: RateLimit | null;
  private readonly limits: OutboxLimits;

  constructor(private readonly options: OutboxFeedOptions) {
    const { env, policy, onReady } = options;
    this.limits = new OutboxLimits(options);
    this.rate = policy?.rowsPerSecondMax === undefined ? null : new RateLimit({ env, rowsPerSecondMax: policy.rowsPerSecondMax, onReady });
  }

  /** Whether nothing waits and nothing is on its way. */
  get empty(): boolean {
    return this.ended && this.buffer.length === 0 && this.taken.size === 0;
  }

  /** New rows may be there. */
  wake(): void {
    this.ended = false;
    if (this.options.policy?.order === 'newestFirst') this.buffer = [];
    this.limits.keepNowAndThen(new Set([...this.taken, ...this.buffer.map(row => row.id)]));
  }

  /** The next row to carry out; null when there is none now. */
  next(): OutboxRow | null {
    if (this.stopped || (this.rate !== null && !this.rate.ready())) return null;
    const row = this.takeFresh();
    if (row === undefined) return null;
    this.taken.add(row.id);
    this.rate?.spend(row.count);
    return row;
  }

  /** The first row of the buffer that has not waited too long; the others are dropped. */
  private takeFresh(): OutboxRow | undefined {
    for (;;) {
      if (this.buffer.length === 0) this.load();
      const row = this.buffer.shift();
      if (row === undefined || !this.dropIfStale(row)) return row;
    }
  }

  /** Takes `row` back when newer ones are to leave before it. */
  giveBack(row: OutboxRow): boolean {
    if (this.options.policy?.order !== 'newestFirst') return false;
    this.taken.delete(row.id);
    this.buffer = [];
    this.ended = false;
    return true;
  }

  /** Drops `row` when it has waited too long; a full disk puts it off. */
  dropIfStale(row: OutboxRow): boolean {
    const { env, key, store, writer, policy, onDropped } = this.options;
    if (policy?.maxAgeMs === undefined || row.createdMs >= env.nowMs() - policy.maxAgeMs) return false;
    if (!writer.tryCommit(() => store.deleteOutboxRow(key, row.id))) return false;
    this.taken.delete(row.id);
    onDropped('stale', row.count);
    return true;
  }

  /** `row` is carried out; it is deleted soon, together with others. */
  done(row: OutboxRow): void {
    this.finished.push(row.id);
    if (!this.stopped) this.timer ??= this.options.env.setTimer(DELETE_AFTER_MS, () => this.deleteFinished());
  }

  /** `row` is carried out: resolves when it is deleted, in one transaction with `also`. */
  async settle(row: OutboxRow, also: () => void): Promise<void> {
    const { key, store, writer } = this.options;
    await writer.commit(() => {
      also();
      store.deleteOutboxRow(key, row.id);
    });
    this.taken.delete(row.id);
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.rate?.stop();
    this.deleteFinished();
  }

  private load(): void {
    if (this.ended) return;
    const { key, store, policy } = this.options;
    this.limits.keepNowAndThen(this.taken);
    if (policy?.order === 'newestFirst') {
      this.buffer = store.newestOutbox(key, ROWS_LOADED + this.taken.size).filter(row => !this.taken.has(row.id)).slice(0, ROWS_LOADED);
      this.ended = this.buffer.length === 0;
      return;
    }
    this.buffer = [...store.outbox(key, this.lastId, ROWS_LOADED)];
    this.ended = this.buffer.length < ROWS_LOADED;
    this.lastId = this.buffer.at(-1)?.id ?? this.lastId;
  }

  private deleteFinished(): void {
    this.timer = null;
    const { env, key, store, writer, onReady } = this.options;
    const ids = this.finished;
    if (ids.length === 0) return;
    this.finished = [];
    const done = writer.tryCommit(() => {
      for (const id of ids) store.deleteOutboxRow(key, id);
    });
    if (done) {
      for (const id of ids) this.taken.delete(id);
      return onReady();
    }
    this.finished = [...ids, ...this.finished];
    if (!this.stopped) this.timer ??= env.setTimer(RETRY_MS, () => this.deleteFinished());
  }
}
