import type { Clock } from '../platform/clock';

const SECONDS = 5;

/** Events per second over the last five whole seconds, in constant memory. */
export class RateMeter {
  private readonly counts = new Float64Array(SECONDS + 1);
  private second: number;
  private readonly beganAtMs: number;

  constructor(private readonly clock: Clock) {
    this.beganAtMs = clock.preciseMs();
    this.second = Math.floor(this.beganAtMs / 1000);
  }

  count(events = 1): void {
    this.advance();
    const slot = this.second % (SECONDS + 1);
    this.counts[slot] = (this.counts[slot] ?? 0) + events;
  }

  perS(): number {
    this.advance();
    const endMs = this.second * 1000;
    const whole = Math.min(SECONDS, this.second - Math.floor(this.beganAtMs / 1000));
    if (whole === 0) return this.counts[this.second % (SECONDS + 1)] ?? 0;
    let sum = 0;
    for (let back = 1; back <= whole; back += 1) sum += this.counts[(this.second - back) % (SECONDS + 1)] ?? 0;
    return (sum * 1000) / (endMs - Math.max(this.beganAtMs, endMs - SECONDS * 1000));
  }

  private advance(): void {
    const now = Math.floor(this.clock.preciseMs() / 1000);
    const steps = Math.min(now - this.second, SECONDS + 1);
    for (let step = 0; step < steps; step += 1) this.counts[(now - step) % (SECONDS + 1)] = 0;
    if (now > this.second) this.second = now;
  }
}
