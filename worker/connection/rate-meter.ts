import type { Clock } from '../platform/clock';

const SECONDS = 5;

/** Events per second over the last five whole seconds, in constant memory. */
export class RateMeter {
  private readonly counts = new Float64Array(SECONDS + 1);
  private second: number;
  private readonly beganAt: number;

  constructor(private readonly clock: Clock) {
    this.second = Math.floor(clock.preciseMs() / 1000);
    this.beganAt = this.second;
  }

  count(events = 1): void {
    this.advance();
    const slot = this.second % (SECONDS + 1);
    this.counts[slot] = (this.counts[slot] ?? 0) + events;
  }

  perS(): number {
    this.advance();
    const whole = Math.min(SECONDS, this.second - this.beganAt);
    if (whole === 0) return this.counts[this.second % (SECONDS + 1)] ?? 0;
    let sum = 0;
    for (let back = 1; back <= whole; back += 1) sum += this.counts[(this.second - back) % (SECONDS + 1)] ?? 0;
    return sum / whole;
  }

  private advance(): void {
    const now = Math.floor(this.clock.preciseMs() / 1000);
    const steps = Math.min(now - this.second, SECONDS + 1);
    for (let step = 0; step < steps; step += 1) this.counts[(now - step) % (SECONDS + 1)] = 0;
    if (now > this.second) this.second = now;
  }
}
