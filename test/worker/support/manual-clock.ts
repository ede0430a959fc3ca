import type { Clock } from '../../../worker/platform/clock';

interface Pending {
  at: number;
  readonly periodMs: number | null;
  readonly action: () => void;
}

/** A clock that only moves when told; timers run in the order of their time. */
export class ManualClock implements Clock {
  private ms: number;
  private readonly pending = new Set<Pending>();

  constructor(startMs = 1_700_000_000_000) {
    this.ms = startMs;
  }

  nowMs(): number {
    return Math.floor(this.ms);
  }

  preciseMs(): number {
    return this.ms;
  }

  after(delayMs: number, action: () => void): { cancel(): void } {
    return this.schedule({ at: this.ms + delayMs, periodMs: null, action });
  }

  every(periodMs: number, action: () => void): { cancel(): void } {
    return this.schedule({ at: this.ms + periodMs, periodMs, action });
  }

  /** Lets `ms` pass; what the timers start asynchronously gets its turn in between. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    for (;;) {
      const next = [...this.pending].filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.ms = Math.max(this.ms, next.at);
      if (next.periodMs === null) this.pending.delete(next);
      else next.at += next.periodMs;
      next.action();
      await settled();
    }
    this.ms = end;
    await settled();
  }

  private schedule(timer: Pending): { cancel(): void } {
    this.pending.add(timer);
    return { cancel: () => void this.pending.delete(timer) };
  }
}

/** Lets everything that is ready to run do so: microtasks, and messages between ports of this process. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>(done => setImmediate(done));
}
