import { generate } from 'mqtt-packet';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings } from './broker-settings';
import { MqttClient } from './client';
import { PacketType, parsePublish } from './packets';

/** Mosquitto and brokers like it publish there how many messages they have dropped since their start. */
const DROPPED_TOPIC = '$SYS/broker/publish/messages/dropped';
const SUBSCRIBE_ID = 1;

export interface BrokerWatchOptions {
  readonly env: Env;
  /** Name of the connection. */
  readonly connection: string;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  readonly log: Log;
}

/** Listens to what a broker says of itself, and warns when it drops messages. A broker that says nothing is not judged. */
export class BrokerWatch {
  private readonly client: MqttClient;
  private last: number | null = null;
  private total = 0;

  constructor(private readonly options: BrokerWatchOptions) {
    this.client = new MqttClient({
      env: options.env,
      settings: options.settings,
      clientId: options.clientId,
      clean: true,
      onConnected: ({ protocol }) => this.client.send(generate({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions: [{ topic: DROPPED_TOPIC, qos: 0 }] }, { protocolVersion: protocol })),
      onFrame: (frame, protocol) => {
        if (frame.header >> 4 === PacketType.publish) this.told(Number(parsePublish(frame, protocol).payload.toString('latin1')));
      },
      onDown: () => undefined
    });
  }

  /** Messages that the broker has dropped since the watch began, whoever they were for. */
  get dropped(): number {
    return this.total;
  }

  start(): void {
    this.client.start();
  }

  stop(): Promise<void> {
    return this.client.stop();
  }

  private told(count: number): void {
    if (!Number.isSafeInteger(count) || count < 0) return;
    const more = this.last === null ? 0 : count < this.last ? count : count - this.last;
    this.last = count;
    this.total += more;
    if (more === 0) return;
    this.options.log(`mqtt connection "${this.options.connection}": broker ${this.client.url} has dropped ${more} messages, for this agent or another client. Give it room: max_queued_messages 0 (\`littoral broker profile\` shows a configuration that does not drop).`, { event: 'broker.dropped_messages', severity: 'warn', fields: { connection: this.options.connection, count: more } });
  }
}
