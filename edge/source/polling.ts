import { withinMs, type Env, type Timer } from '../env/env';
import { STOP_MS_MAX } from './source-port';

/** Share of the time that `body` may take: a look that takes long is followed by a longer pause. */
const REST_RATIO = 5;

/** Runs `body` again and again, never twice at a time, with a pause of at least `everyMs` in between; not while it is paused. */
export class Polling {
  private timer: Timer | null = null;
  private working: Promise<void> | null = null;
  private paused = false;
  private started = false;
  private stopped = false;

  constructor(
    private readonly options: {
      readonly env: Env;
      readonly everyMs: number;
      /** Must not reject. */
      readonly body: () => Promise<void>;
    }
  ) {}

  /** Whether `body` should end soon. */
  get interrupted(): boolean {
    return this.paused || this.stopped;
  }

  start(): void {
    this.started = true;
    this.run();
  }

  setPaused(paused: boolean): void {
    const resumed = this.paused && !paused;
    this.paused = paused;
    if (resumed && this.started) this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await withinMs(this.options.env, this.working ?? Promise.resolve(), STOP_MS_MAX);
  }

  private run(): void {
    this.timer?.cancel();
    this.timer = null;
    if (this.interrupted || this.working !== null) return;
    const { env, everyMs, body } = this.options;
    const startedMs = env.monotonicMs();
    this.working = body().finally(() => {
      this.working = null;
      const restMs = Math.max(everyMs, REST_RATIO * (env.monotonicMs() - startedMs));
      if (!this.interrupted) this.timer = env.setTimer(restMs, () => this.run());
    });
  }
}
