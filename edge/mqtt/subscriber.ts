import { generate } from 'mqtt-packet';
import { LittoralError } from '../../engine/error';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { Store } from '../store/store';
import type { BrokerSettings } from './broker-settings';
import { MqttClient, type ClientState, type Session } from './client';
import type { Frame } from './frame-reader';
import { SESSION_EXPIRY_S } from './connection';
import { PacketLedger } from './packet-ledger';
import { encodeAck, PacketType, parseAck, parsePublish, parseReasonCodes, type BrokerLimits, type ProtocolVersion, type PublishPacket, type Qos } from './packets';
import { IncomingAliases, TOPIC_ALIASES_MAX } from './topic-aliases';

export interface SubscriberOptions {
  readonly env: Env;
  /** Node id of the source. */
  readonly source: string;
  /** Names the packet ids and the subscription in the store; default: `source`. */
  readonly session?: string;
  readonly filter: string;
  /** Group of agents that share the messages of the filter between them; default none. */
  readonly sharedGroup?: string;
  /** Default `inbox`: a message is acknowledged when it is on disk; `effects`: when what it led to has been carried out. */
  readonly acknowledgeAfter?: 'inbox' | 'effects';
  readonly qos: Qos;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  readonly packetBytesMax?: number;
  readonly store: Store;
  readonly onPublish: (packet: PublishPacket, from: Subscriber) => void;
  readonly onRelease: (packetId: number, from: Subscriber) => void;
  readonly log: Log;
}

const SUBSCRIBE_ID = 1;
const UNSUBSCRIBE_ID = 2;
/** MQTT 5, retain handling: retained messages come only with a subscription that the session did not have. */
const RETAINED_WHEN_NEW = 1;

/**
 * The receiving side of one source: a persistent session whose messages are acknowledged by `acknowledge`, which the
 * intake calls when they are on disk.
 */
export class Subscriber {
  readonly ledger: PacketLedger;
  private readonly client: MqttClient;
  private readonly metaKey: string;
  private connections = 0;
  private aliases = new IncomingAliases();
  /** The session was made for another filter: what the broker still held for that one is acknowledged and left. */
  private foreignTopics = false;
  /** The broker repeats retained messages that this session has had. */
  private retainedKnown = false;
  private refusal: string | null = null;
  private lost = 0;

  constructor(private readonly options: SubscriberOptions) {
    this.ledger = new PacketLedger(options.session ?? options.source, options.store);
    this.metaKey = `subscribed:${options.session ?? options.source}`;
    this.client = new MqttClient({
      env: options.env,
      settings: options.settings,
      clientId: options.clientId,
      clean: false,
      packetBytesMax: options.packetBytesMax,
      topicAliasMax: TOPIC_ALIASES_MAX,
      onConnected: session => this.connected(session),
      onFrame: (frame, protocol) => this.receive(frame, protocol),
      onDown: (reason, retryMs) => options.log(`mqtt source "${options.source}": ${reason.message} Next try in ${(retryMs / 1_000).toFixed(1)} s.`, { event: 'source.down', severity: 'warn', fields: { source: options.source, retry_ms: retryMs } })
    });
  }

  get source(): string {
    return this.options.source;
  }

  get acknowledgeAfter(): 'inbox' | 'effects' {
    return this.options.acknowledgeAfter ?? 'inbox';
  }

  /** Rises with every connection that the broker accepted. */
  get connectionCount(): number {
    return this.connections;
  }

  /** How often the broker had forgotten this agent. */
  get sessionsLost(): number {
    return this.lost;
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

  /** The filter as the broker gets it. */
  private get subscription(): string {
    const { filter, sharedGroup } = this.options;
    return sharedGroup === undefined ? filter : `$share/${sharedGroup}/${filter}`;
  }

  private get wanted(): string {
    return `${this.options.qos} ${this.subscription}`;
  }

  /**
   * Subscribes on every connection: a session that is present need not hold the subscription, for example when the broker
   * lost it and made another for a connection that ended before its answer came. A broker that still holds it repeats its
   * retained messages only by MQTT 3.1.1, where they are left out.
   */
  private connected(session: Session): void {
    const { qos, source, log } = this.options;
    log(`mqtt source "${source}": connected to ${this.client.url} by MQTT ${session.protocol === 5 ? '5' : '3.1.1'}, session ${session.present ? 'resumed' : 'new'}.`, { event: 'source.connected', fields: { source, broker: this.client.url, protocol: session.protocol, session_resumed: session.present } });
    this.connections++;
    this.aliases = new IncomingAliases();
    this.ledger.sessionStarted(session.present);
    if (!session.present) this.forgetIds();
    const known = this.options.store.meta(this.metaKey);
    if (known !== null && !session.present) this.sessionLost();
    this.judge(session.limits);
    const before = session.present ? known : null;
    const again = before === this.wanted;
    this.retainedKnown = again && session.protocol === 4;
    const version = { protocolVersion: session.protocol };
    const former = before?.slice(before.indexOf(' ') + 1);
    if (!again && former !== undefined && former !== this.subscription) {
      this.foreignTopics = true;
      this.client.send(generate({ cmd: 'unsubscribe', messageId: UNSUBSCRIBE_ID, unsubscriptions: [former] }, version));
    }
    const options = again && session.protocol === 5 ? { rh: RETAINED_WHEN_NEW } : {};
    this.client.send(generate({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions: [{ topic: this.subscription, qos, ...options }] }, version));
  }

  /** On disk before the broker may give the ids to other messages. */
  private forgetIds(): void {
    if (!this.ledger.dirty) return;
    this.options.store.transaction(() => this.ledger.write(this.options.store));
    this.ledger.settled();
  }

  /** The broker has forgotten this client, and with it what came for it in the meantime. */
  private sessionLost(): void {
    this.lost++;
    this.options.log(`mqtt source "${this.options.source}": broker ${this.client.url} no longer knew this agent; messages sent while it was away may be lost. Let the broker keep sessions on disk and for longer (\`littoral broker profile\` shows how).`, { event: 'source.session_lost', severity: 'warn', fields: { source: this.options.source, broker: this.client.url } });
  }

  /** Says what this broker cannot promise. */
  private judge(limits: BrokerLimits): void {
    const { source, qos, settings, sharedGroup, log } = this.options;
    const warn = (text: string): void => log(`mqtt source "${source}": broker ${this.client.url} ${text}`, { event: 'source.broker_limits', severity: 'warn', fields: { source, broker: this.client.url } });
    if (limits.qosMax < qos) warn(`allows QoS ${limits.qosMax} at most, the plan asks for ${qos}; what it promises is weaker.`);
    if (limits.sessionExpiryS !== null && limits.sessionExpiryS < (settings.sessionExpiryS ?? SESSION_EXPIRY_S)) warn(`forgets this agent ${limits.sessionExpiryS} s after the connection ends; messages that come later are lost.`);
    if (sharedGroup !== undefined && !limits.sharedSubscriptions) warn('knows no shared subscriptions; the agents of the group would get nothing.');
  }

  private receive(frame: Frame, protocol: ProtocolVersion): void {
    switch (frame.header >> 4) {
      case PacketType.publish:
        return this.published(this.aliases.resolve(parsePublish(frame, protocol)));
      case PacketType.pubrel:
        return this.options.onRelease(parseAck(frame).packetId, this);
      case PacketType.suback:
        return this.subscribed(parseReasonCodes(frame, protocol).codes[0] ?? 0x80);
    }
  }

  private published(packet: PublishPacket): void {
    const isForeign = this.foreignTopics && !topicMatches(this.options.filter, packet.topic);
    const isKnown = this.retainedKnown && packet.retain && !packet.dup;
    if (!isForeign && !isKnown) return this.options.onPublish(packet, this);
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
      log(refused.message, { event: 'source.refused', severity: 'error', fields: { source, broker: this.client.url, code } });
      return;
    }
    this.refusal = null;
    if (code < qos) log(`mqtt source "${source}": broker grants QoS ${code} instead of ${qos}; what it promises is weaker than the plan asks for.`, { event: 'source.qos_lowered', severity: 'warn', fields: { source, granted: code, wanted: qos } });
    if (store.meta(this.metaKey) !== this.wanted) store.transaction(() => store.setMeta(this.metaKey, this.wanted));
  }
}
