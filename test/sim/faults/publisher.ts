import mqtt, { type MqttClient } from 'mqtt';
import { lastMessage, plantMessage, type PlantMessage } from './plant-messages';

const TICK_MS = 10;
const OPEN_MAX = 2_000;

export interface PlantPublisherOptions {
  readonly qos: 1 | 2;
  readonly perSecond: number;
  /** Every so many messages one is published twice, as a device does that missed its acknowledgement. */
  readonly repeatEach?: number;
}

/** Publishes steadily, and knows what the broker has confirmed: PUBACK at QoS 1, PUBCOMP at QoS 2. */
export class PlantPublisher {
  /** Recording lines of what was published, in order; all confirmed after `pause` or `finish`. */
  readonly lines: string[] = [];
  confirmed = 0;
  private readonly open = new Set<Promise<unknown>>();
  private timer: NodeJS.Timeout | null = null;
  private index = 0;
  private due = 0;
  private lastMs = 0;

  private constructor(
    private readonly client: MqttClient,
    private readonly options: PlantPublisherOptions
  ) {}

  static async connect(url: string, options: PlantPublisherOptions): Promise<PlantPublisher> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 5, clientId: `plant-${process.pid}-${Math.floor(performance.now())}`, reconnectPeriod: 50, keepalive: 0 });
    client.on('error', () => undefined);
    return new PlantPublisher(client, options);
  }

  /** Publishes until the agent has seen a row: then its subscription is granted. The plan's filter leaves these out. */
  async probe(rowsIn: () => Promise<number>): Promise<void> {
    while ((await rowsIn()) === 0) {
      await this.client.publishAsync('plant/probe/value', JSON.stringify({ tMs: 0, value: -1 }), { qos: 1 });
      await new Promise(done => setTimeout(done, 20));
    }
  }

  start(): void {
    this.lastMs = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Stops publishing and waits until everything is confirmed. */
  async pause(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await Promise.all(this.open);
  }

  /** Goes on when the broker is back. */
  async resume(): Promise<void> {
    if (!this.client.connected) await new Promise<void>(done => this.client.once('connect', () => done()));
    this.start();
  }

  async finish(): Promise<void> {
    await this.pause();
    await this.send(lastMessage());
    await this.client.endAsync();
  }

  /** Ends without waiting for anything. */
  async abandon(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.client.endAsync(true);
  }

  private tick(): void {
    const nowMs = performance.now();
    this.due += ((nowMs - this.lastMs) * this.options.perSecond) / 1_000;
    this.lastMs = nowMs;
    for (; this.due >= 1 && this.open.size < OPEN_MAX; this.due--) {
      const message = plantMessage(this.index++);
      const twice = (this.options.repeatEach ?? 0) > 0 && this.index % (this.options.repeatEach ?? 0) === 0;
      for (const each of twice ? [message, message] : [message]) {
        const sent = this.send(each);
        this.open.add(sent);
        void sent.then(() => this.open.delete(sent));
      }
    }
    this.due = Math.min(this.due, this.options.perSecond / 10);
  }

  private async send(message: PlantMessage): Promise<void> {
    this.lines.push(message.line);
    await this.client.publishAsync(message.topic, message.payload, { qos: this.options.qos });
    this.confirmed++;
  }
}
