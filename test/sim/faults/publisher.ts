import mqtt, { type MqttClient } from 'mqtt';
import { valueLine } from '../../edge/bundles';
import { T0 } from './bench';

const DEVICES = 20;
const STEP_MS = 5;
const TICK_MS = 10;
const OPEN_MAX = 2_000;

/** One message: what is published, and the recording line that stands for it. */
export interface PlantMessage {
  readonly topic: string;
  readonly payload: string;
  readonly line: string;
}

/** Message `index` of the plant: devices in turn, values that move. */
export function plantMessage(index: number): PlantMessage {
  const tMs = T0 + index * STEP_MS;
  const device = `d${index % DEVICES}`;
  const value = ((index * 7919) % 1_000) / 8 - 20;
  return { topic: `plant/${device}/value`, payload: JSON.stringify({ tMs, value }), line: valueLine(device, tMs, value) };
}

/** A message so late that every window before it closes. */
export function lastMessage(): PlantMessage {
  const tMs = T0 + 1e9;
  return { topic: 'plant/d0/value', payload: JSON.stringify({ tMs, value: 1 }), line: valueLine('d0', tMs, 1) };
}

/** Publishes steadily, and knows what the broker has confirmed: PUBACK at QoS 1, PUBCOMP at QoS 2. */
export class PlantPublisher {
  /** Recording lines of what was published, in order; all confirmed after `pause` or `finish`. */
  readonly lines: string[] = [];
  confirmed = 0;
  private readonly open = new Set<Promise<unknown>>();
  private timer: NodeJS.Timeout | null = null;
  private due = 0;
  private lastMs = 0;

  private constructor(
    private readonly client: MqttClient,
    private readonly qos: 1 | 2,
    private readonly perSecond: number
  ) {}

  static async connect(url: string, options: { readonly qos: 1 | 2; readonly perSecond: number }): Promise<PlantPublisher> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 5, clientId: `plant-${process.pid}-${Math.floor(performance.now())}`, reconnectPeriod: 50, keepalive: 0 });
    client.on('error', () => undefined);
    return new PlantPublisher(client, options.qos, options.perSecond);
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
    this.due += ((nowMs - this.lastMs) * this.perSecond) / 1_000;
    this.lastMs = nowMs;
    for (; this.due >= 1 && this.open.size < OPEN_MAX; this.due--) {
      const sent = this.send(plantMessage(this.lines.length));
      this.open.add(sent);
      void sent.then(() => this.open.delete(sent));
    }
    this.due = Math.min(this.due, this.perSecond / 10);
  }

  private async send(message: PlantMessage): Promise<void> {
    this.lines.push(message.line);
    await this.client.publishAsync(message.topic, message.payload, { qos: this.qos });
    this.confirmed++;
  }
}
