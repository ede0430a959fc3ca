import type { Plan } from '../../engine/plan/plan';

const TICK_MS_MIN = 50;
const TICK_MS_MAX = 5_000;

/**
 * Sends idle ticks while an input of the plan can still become idle: at least one per idle timeout, until twice the timeout
 * after the last message. Ticks are inputs like messages, so a replay sees the same ones.
 */
export class Ticker {
  private timer: NodeJS.Timeout | null = null;
  private lastMessages = -1;
  private quietSinceMs = 0;

  constructor(
    private readonly options: {
      readonly plan: Plan;
      readonly nowMs: () => number;
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
    this.timer = setInterval(() => this.look(quietMs), everyMs);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private look(quietMs: number): void {
    const messages = this.options.messages();
    const nowMs = this.options.nowMs();
    if (messages !== this.lastMessages) {
      this.lastMessages = messages;
      this.quietSinceMs = nowMs;
    }
    if (nowMs - this.quietSinceMs <= quietMs) this.options.tick();
  }
}
