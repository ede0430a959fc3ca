import { LittoralError } from '../../engine/error';
import { pause, type Env } from '../env/env';
import { COMMIT_BOUNDS_S, Histogram } from '../metrics/histogram';
import type { Store } from '../store/store';

const RETRY_MS = 1_000;

export interface WriterStats {
  /** Seconds of transactions. */
  readonly durations: Histogram;
  failures: number;
  lastCommitMs: number;
  /** Words of the failure that is being retried, or null. */
  blockedBy: string | null;
}

/**
 * Commits transactions. A full disk is waited out: the same transaction is tried again, and nothing that follows it runs
 * before it. Any other storage failure ends the agent; nothing is ever kept in memory instead.
 */
export class DurableWriter {
  readonly stats: WriterStats = { durations: new Histogram(COMMIT_BOUNDS_S), failures: 0, lastCommitMs: 0, blockedBy: null };
  private closed = false;

  constructor(
    private readonly options: {
      readonly env: Env;
      readonly store: Store;
      /** A failure that waiting does not mend. */
      readonly onFatal: (error: unknown) => void;
      /** The disk is full (true), or has room again (false). */
      readonly onBlocked: (blocked: boolean, words: string) => void;
    }
  ) {}

  /** Nothing is written any more. */
  get isClosed(): boolean {
    return this.closed;
  }

  get blocked(): boolean {
    return this.stats.blockedBy !== null;
  }

  /** Tries once; true when `body` is on disk. `after` runs right then, before anything else can happen. */
  tryCommit(body: () => void, after?: () => void): boolean {
    if (this.closed) return false;
    const { env } = this.options;
    const started = env.monotonicMs();
    try {
      this.options.store.transaction(body);
    } catch (error) {
      this.failed(error);
      return false;
    }
    this.stats.durations.observe((env.monotonicMs() - started) / 1_000);
    this.stats.lastCommitMs = env.nowMs();
    after?.();
    if (this.stats.blockedBy !== null) {
      this.stats.blockedBy = null;
      this.options.onBlocked(false, 'store: there is room again; taking in messages goes on.');
    }
    return true;
  }

  /** Resolves when `body` is on disk; rejects with `STORE_CLOSED` when the agent ends before that. */
  async commit(body: () => void, after?: () => void): Promise<void> {
    while (!this.tryCommit(body, after)) {
      if (this.closed) throw new LittoralError('STORE_CLOSED', 'store: the agent has ended; what was not written is taken up again at the next start.');
      await pause(this.options.env, RETRY_MS);
    }
  }

  close(): void {
    this.closed = true;
  }

  private failed(error: unknown): void {
    this.stats.failures++;
    if (!(error instanceof LittoralError) || !error.retryable) {
      this.closed = true;
      return this.options.onFatal(error);
    }
    if (this.stats.blockedBy === null) {
      this.stats.blockedBy = error.message;
      this.options.onBlocked(true, error.message);
    }
  }
}
