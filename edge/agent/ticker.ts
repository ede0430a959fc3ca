import type { Plan } from '../../engine/plan/plan';
import { repeat, type Env, type Timer } from '../env/env';

const TICK_MS_MIN = 50;
const TICK_MS_MAX = 5_000;

/**
 * Sends idle ticks while an input of the plan can still become idle: at least one per idle timeout, until twice the timeout
 * after the last message. Ticks are inputs like messages, so a replay sees the same ones.
 */
export class Ticker {
  private timer: Timer | null = null;
  private lastMessages = -1;
  /** By the monotonic clock: a clock that is set must neither stop the ticks nor keep them coming. */
  private quietSinceMs = 0;

  constructor(
    private readonly options: {
      readonly env: Env;
      readonly plan: Plan;
      /** Messages taken in so far. */
      readonly messages: () => number;
      readonly tick: () => void;
    }
  ) {}

  start(): void {
    const timeouts = this.options.plan.nodes.flatMap(node => (node.op === 'source' && node.config.idleTimeoutMs !== null ? [node.config.idleTimeoutMs] : []));
    if (timeouts.length === 0) return;
    const everyMs = Math.min(TICK_MS_MAX, Math.max(TICK_MS_MIN, Math.min(...timeouts) / 2));
    const quietMs = 2 * Math.max(...timeouts) + 2 * everyMs;
    this.timer = repeat(this.options.env, everyMs, () => this.look(quietMs));
  }

  stop(): void {
    this.timer?.cancel();
  }

  private look(quietMs: number): void {
    const messages = this.options.messages();
    const nowMs = this.options.env.monotonicMs();
    if (messages !== this.lastMessages) {
      this.lastMessages = messages;
      this.quietSinceMs = nowMs;
    }
    if (nowMs - this.quietSinceMs <= quietMs) this.options.tick();
  }
}
