import type { OutboxPolicy } from '../../engine/plan/nodes/sink';
import type { DurableWriter } from '../agent/durable-writer';
import type { Env } from '../env/env';
import type { Store } from '../store/store';

export interface OutboxLimitsOptions {
  readonly env: Env;
  readonly key: string;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly policy: OutboxPolicy | undefined;
  readonly onDropped: (reason: 'stale' | 'overflow', rows: number) => void;
}

type Chunk = ReturnType<Store['outboxSizes']>[number];

/** While the sink is away its limits are kept once in this time. */
const LIMITS_EVERY_MS = 1_000;
const STALE_MAX = 10_000;
const ALL = -1;

/** Drops rows of one sink that have waited too long or are too many, the oldest first; the newest chunk of rows always stays. */
export class OutboxLimits {
  private keptMs = -Infinity;

  constructor(private readonly options: OutboxLimitsOptions) {}

  /** `keep`, unless it was a moment ago. */
  keepNowAndThen(busy: ReadonlySet<number>): void {
    if (this.options.env.monotonicMs() - this.keptMs >= LIMITS_EVERY_MS) this.keep(busy);
  }

  /** Rows with ids in `busy` are on their way and left alone. A full disk puts it off. */
  keep(busy: ReadonlySet<number>): void {
    const { env, key, store, writer, policy, onDropped } = this.options;
    if (policy === undefined || (policy.maxAgeMs ?? policy.maxRows ?? policy.maxBytes) === undefined) return;
    this.keptMs = env.monotonicMs();
    // With a bound on rows or bytes there are never many; for age alone the oldest are enough at a time.
    const looked = policy.maxRows === undefined && policy.maxBytes === undefined ? STALE_MAX : ALL;
    const idle = store.outboxSizes(key, looked).filter(row => !busy.has(row.id));
    const staleBeforeMs = policy.maxAgeMs === undefined ? -Infinity : env.nowMs() - policy.maxAgeMs;
    const stale = idle.filter(row => row.createdMs < staleBeforeMs);
    const overflow = overflowOf(idle.filter(row => row.createdMs >= staleBeforeMs), policy);
    if (stale.length + overflow.length === 0) return;
    const dropped = writer.tryCommit(() => {
      for (const { id } of [...stale, ...overflow]) store.deleteOutboxRow(key, id);
    });
    if (!dropped) return;
    if (stale.length > 0) onDropped('stale', rowsOf(stale));
    if (overflow.length > 0) onDropped('overflow', rowsOf(overflow));
  }
}

function overflowOf(chunks: readonly Chunk[], { maxRows = Infinity, maxBytes = Infinity }: OutboxPolicy): readonly Chunk[] {
  let rows = rowsOf(chunks);
  let bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  let over = 0;
  for (const chunk of chunks.slice(0, -1)) {
    if (rows <= maxRows && bytes <= maxBytes) break;
    over++;
    rows -= chunk.count;
    bytes -= chunk.bytes;
  }
  return chunks.slice(0, over);
}

function rowsOf(chunks: readonly { readonly count: number }[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.count, 0);
}
