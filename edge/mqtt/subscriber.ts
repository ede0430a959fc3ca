import { generate } from 'mqtt-packet';
import { LittoralError } from '../../engine/error';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { Env } from '../env/env';
import type { Store } from '../store/store';
import type { BrokerSettings } from './broker-settings';
import { MqttClient, type ClientState } from './client';
import type { Frame } from './frame-reader';
import { PacketLedger } from './packet-ledger';
import { encodeAck, PacketType, parseAck, parsePublish, parseReasonCodes, type ProtocolVersion, type PublishPacket, type Qos } from './packets';

export interface SubscriberOptions {
  readonly env: Env;
  /** Node id of the source. */
  readonly source: string;
  /** Names the packet ids and the subscription in the store; default: `source`. */
  readonly session?: string;
  readonly filter: string;
  readonly qos: Qos;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  readonly packetBytesMax?: number;
  readonly store: Store;
  readonly onPublish: (packet: PublishPacket, from: Subscriber) => void;
  readonly onRelease: (packetId: number, from: Subscriber) => void;
  readonly log: (message: string) => void;
}

const SUBSCRIBE_ID = 1;
const UNSUBSCRIBE_ID = 2;

/**
 * The receiving side of one source: a persistent session whose messages are acknowledged by `acknowledge`, which the
 * intake calls when they are on disk.
 */
export class Subscriber {
  readonly ledger: PacketLedger;
  private readonly client: MqttClient;
  private readonly metaKey: string;
  private connections = 0;
  /** The session was made for another filter: what the broker still held for that one is acknowledged and left. */
  private foreignTopics = false;
  private refusal: string | null = null;

  constructor(private readonly options: SubscriberOptions) {
    this.ledger = new PacketLedger(options.session ?? options.source, options.store);
    this.metaKey = `subscribed:${options.session ?? options.source}`;
    this.client = new MqttClient({
      env: options.env,
      settings: options.settings,
      clientId: options.clientId,
      clean: false,
      packetBytesMax: options.packetBytesMax,
      onConnected: session => this.connected(session),
      onFrame: (frame, protocol) => this.receive(frame, protocol),
      onDown: (reason, retryMs) => options.log(`mqtt source "${options.source}": ${reason.message} Next try in ${(retryMs / 1_000).toFixed(1)} s.`)
    });
  }

  get source(): string {
    return this.options.source;
  }

  /** Rises with every connection that the broker accepted. */
  get connectionCount(): number {
    return this.connections;
  }

  /** Words of what keeps messages away, or null. */
  get problem(): string | null {
    const { state } = this;
    if (state.state === 'connected') return this.refusal;
    return state.state === 'connecting' ? (state.error ?? 'connecting') : null;
  }

  get state(): ClientState {
    return this.client.state;
  }

  start(): void {
    this.client.start();
  }

  stop(): Promise<void> {
    return this.client.stop();
  }

  setPaused(paused: boolean): void {
    this.client.setPaused(paused);
  }

  /** Sends acknowledgements in the order in which their packets came. */
  acknowledge(acks: readonly Buffer[]): void {
    this.client.send(acks.length === 1 && acks[0] !== undefined ? acks[0] : Buffer.concat(acks));
  }

  private get wanted(): string {
    return `${this.options.qos} ${this.options.filter}`;
  }

  private connected(session: { readonly present: boolean; readonly protocol: ProtocolVersion }): void {
    const { filter, qos, source, log } = this.options;
    log(`mqtt source "${source}": connected to ${this.client.url} by MQTT ${session.protocol === 5 ? '5' : '3.1.1'}, session ${session.present ? 'resumed' : 'new'}.`);
    this.connections++;
    this.ledger.sessionStarted(session.present);
    const before = session.present ? this.options.store.meta(this.metaKey) : null;
    if (before === this.wanted) return;
    const version = { protocolVersion: session.protocol };
    const former = before?.slice(before.indexOf(' ') + 1);
    if (former !== undefined && former !== filter) {
      this.foreignTopics = true;
      this.client.send(generate({ cmd: 'unsubscribe', messageId: UNSUBSCRIBE_ID, unsubscriptions: [former] }, version));
    }
    this.client.send(generate({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions: [{ topic: filter, qos }] }, version));
  }

  private receive(frame: Frame, protocol: ProtocolVersion): void {
    switch (frame.header >> 4) {
      case PacketType.publish:
        return this.published(parsePublish(frame, protocol));
      case PacketType.pubrel:
        return this.options.onRelease(parseAck(frame).packetId, this);
      case PacketType.suback:
        return this.subscribed(parseReasonCodes(frame, protocol).codes[0] ?? 0x80);
    }
  }

  private published(packet: PublishPacket): void {
    if (!this.foreignTopics || topicMatches(this.options.filter, packet.topic)) return this.options.onPublish(packet, this);
    if (packet.qos > 0) this.client.send(encodeAck(packet.qos === 1 ? PacketType.puback : PacketType.pubrec, packet.packetId));
  }

  private subscribed(code: number): void {
    const { source, filter, qos, store, log } = this.options;
    if (code >= 0x80) {
      const refused = new LittoralError(
        'MQTT_SUBSCRIBE_REFUSED',
        `mqtt source "${source}": broker ${this.client.url} refuses the filter "${filter}" (code ${code}); expected a grant. Check the rights of this user at the broker.`
      );
      this.refusal = refused.message;
      log(refused.message);
      return;
    }
    this.refusal = null;
    if (code < qos) log(`mqtt source "${source}": broker grants QoS ${code} instead of ${qos}; what it promises is weaker than the plan asks for.`);
    store.transaction(() => store.setMeta(this.metaKey, this.wanted));
  }
}
