import type { Env, Timer } from '../env/env';

/** Lets at most so many rows a second through, over any second; a batch larger than that is paid for afterwards. */
export class RateLimit {
  private credit: number;
  private filledMs: number;
  private timer: Timer | null = null;

  constructor(
    private readonly options: {
      readonly env: Env;
      readonly rowsPerSecondMax: number;
      /** Rows may leave again. */
      readonly onReady: () => void;
    }
  ) {
    this.credit = options.rowsPerSecondMax;
    this.filledMs = options.env.monotonicMs();
  }

  /** Whether a row may leave now; else `onReady` is called when one may. */
  ready(): boolean {
    const { env, rowsPerSecondMax, onReady } = this.options;
    const nowMs = env.monotonicMs();
    this.credit = Math.min(rowsPerSecondMax, this.credit + ((nowMs - this.filledMs) / 1_000) * rowsPerSecondMax);
    this.filledMs = nowMs;
    if (this.credit >= 1) return true;
    this.timer ??= env.setTimer(Math.ceil(((1 - this.credit) / rowsPerSecondMax) * 1_000), () => {
      this.timer = null;
      onReady();
    });
    return false;
  }

  spend(rows: number): void {
    this.credit -= rows;
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
