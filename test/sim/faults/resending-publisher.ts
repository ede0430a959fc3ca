import { systemEnv } from '../../../edge/env/system-env';
import { Publisher } from '../../../edge/mqtt/publisher';
import type { PlantMessage } from './plant-messages';

const TICK_MS = 10;

/** Publishes at QoS 1 through crashes of the broker: what was not confirmed is sent again, in order, on the next connection. */
export class ResendingPublisher {
  /** Indices of the messages that the broker has confirmed. */
  readonly confirmed = new Set<number>();
  sent = 0;
  private readonly publisher: Publisher;
  private timer: NodeJS.Timeout | null = null;
  private due = 0;
  private lastMs = 0;

  constructor(
    url: string,
    private readonly options: { readonly perSecond: number; readonly messageAt: (index: number) => PlantMessage }
  ) {
    this.publisher = new Publisher({ env: systemEnv(), settings: { url }, clientId: `plant-${process.pid}-${Math.floor(performance.now())}`, log: () => undefined, onRefused: () => undefined, onRoom: () => undefined });
    this.publisher.start();
  }

  start(): void {
    this.lastMs = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Stops publishing; resolves when everything is confirmed. */
  async finish(): Promise<void> {
    this.hold();
    while (this.confirmed.size < this.sent) await new Promise(done => setTimeout(done, 10));
  }

  async send(message: PlantMessage): Promise<void> {
    while (!this.publisher.ready) await new Promise(done => setTimeout(done, 10));
    await new Promise<void>(done => this.publish(message, done));
  }

  stop(): Promise<void> {
    this.hold();
    return this.publisher.stop();
  }

  private hold(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const nowMs = performance.now();
    this.due += ((nowMs - this.lastMs) * this.options.perSecond) / 1_000;
    this.lastMs = nowMs;
    for (; this.due >= 1 && this.publisher.ready; this.due--) {
      const index = this.sent++;
      this.publish(this.options.messageAt(index), () => this.confirmed.add(index));
    }
    this.due = Math.min(this.due, this.options.perSecond / 10);
  }

  private publish({ topic, payload }: PlantMessage, done: () => void): void {
    this.publisher.publish({ topic, payload: Buffer.from(payload), qos: 1, retain: false, effectId: '' }, done);
  }
}
