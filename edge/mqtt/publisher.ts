import { generate, type IPublishPacket } from 'mqtt-packet';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import { parseTraceContext } from '../telemetry/trace-context';
import type { BrokerSettings } from './broker-settings';
import { MqttClient, type ClientState, type Session } from './client';
import { EFFECT_ID, SENDER_ID } from './effect-ledger';
import type { Frame } from './frame-reader';
import { encodeAck, PacketType, parseAck, type Qos } from './packets';
import { OutgoingAliases } from './topic-aliases';

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Deterministic id of the effect; travels as the user property `littoral-id` when the broker speaks MQTT 5. */
  readonly effectId: string;
  /** Further user properties, such as a trace context. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface PublisherOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  /** Travels as the user property `littoral-agent`: with it, the next agent knows an effect that comes again. */
  readonly agentId?: string;
  /** Messages on the way at once, default 1 000; QoS 0 messages count until the socket has taken them. */
  readonly inflightMax?: number;
  readonly log: Log;
  /** The broker does not take a message, or could not: it is gone. */
  readonly onRefused: (message: OutgoingMessage) => void;
  /** There is room for more messages. */
  readonly onRoom: () => void;
}

interface Flight {
  readonly message: OutgoingMessage;
  readonly done: () => void;
}

/** A connection that is there: what the broker allows on it. */
interface Line extends Session {
  readonly aliases: OutgoingAliases;
}

/** Fixed header, packet id, property lengths and the like: an upper bound of what a packet is longer than its topic, id and payload. */
const PACKET_EXTRA_BYTES = 64;

/** The sending side: messages stay here until the broker has confirmed them, and are sent again after a reconnection. */
export class Publisher {
  private readonly client: MqttClient;
  private readonly flights = new Map<number, Flight>();
  private readonly inflightMax: number;
  private line: Line | null = null;
  /** Packet ids of messages that have not been sent over this connection yet. */
  private unsent: number[] = [];
  private readonly said = new Set<string>();
  private nextId = 1;
  private full = false;

  constructor(private readonly options: PublisherOptions) {
    this.inflightMax = options.inflightMax ?? 1_000;
    this.client = new MqttClient({
      env: options.env,
      settings: options.settings,
      clientId: options.clientId,
      clean: true,
      onConnected: session => this.connected(session),
      onFrame: frame => this.receive(frame),
      onDown: (reason, retryMs) => {
        this.line = null;
        options.log(`mqtt sink: ${reason.message} Next try in ${(retryMs / 1_000).toFixed(1)} s.`, { event: 'sink.connection_down', severity: 'warn', fields: { retry_ms: retryMs } });
      },
      onDrain: () => this.room()
    });
  }

  get state(): ClientState {
    return this.client.state;
  }

  /** Whether `publish` may be called now. */
  get ready(): boolean {
    const { line } = this;
    const ready = line !== null && !this.client.congested && this.flights.size < Math.min(this.inflightMax, line.limits.receiveMax);
    if (!ready) this.full = true;
    return ready;
  }

  start(): void {
    this.client.start();
  }

  stop(): Promise<void> {
    return this.client.stop();
  }

  /**
   * Sends `message`; `done` is called when it is the broker's: at QoS 0 at once, else when it is confirmed. Also when the
   * broker refuses it: trying again would not help, and everything behind it would wait.
   */
  publish(message: OutgoingMessage, done: () => void): void {
    if (this.isTooLarge(message)) {
      this.refused(message, `takes packets of ${this.line?.limits.packetBytesMax ?? 0} bytes at most`, 'Publish fewer rows or columns per message, or raise the limit of the broker');
      return done();
    }
    if (message.qos === 0 || this.line?.limits.qosMax === 0) {
      this.send(message, 0);
      return done();
    }
    const id = this.freeId();
    this.flights.set(id, { message, done });
    this.send(message, id);
  }

  private isTooLarge({ topic, payload, effectId, properties = {} }: OutgoingMessage): boolean {
    const bytesMax = this.line?.limits.packetBytesMax ?? Infinity;
    const more = Object.entries(properties).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 5, 0);
    return bytesMax < Infinity && more + payload.byteLength + Buffer.byteLength(topic) + Buffer.byteLength(effectId) + PACKET_EXTRA_BYTES > bytesMax;
  }

  private send(message: OutgoingMessage, messageId: number): void {
    const { line } = this;
    if (line === null) return;
    const { protocol, limits, aliases } = line;
    if (message.qos > limits.qosMax) this.sayOnce(`broker ${this.client.url} allows QoS ${limits.qosMax} at most; messages leave with that instead of ${message.qos}.`);
    if (message.retain && !limits.retain) this.sayOnce(`broker ${this.client.url} keeps no messages; they leave without the retain flag.`);
    const { topic, alias } = aliases.of(message.topic);
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(message.payload.buffer, message.payload.byteOffset, message.payload.byteLength),
      qos: Math.min(message.qos, limits.qosMax) as Qos,
      retain: message.retain && limits.retain,
      dup: false,
      ...(messageId === 0 ? {} : { messageId }),
      ...(protocol === 5 ? { properties: { ...(alias === null ? {} : { topicAlias: alias }), userProperties: { [EFFECT_ID]: message.effectId, ...(this.options.agentId === undefined ? {} : { [SENDER_ID]: this.options.agentId }), ...message.properties } } } : {})
    };
    this.client.send(generate(packet, { protocolVersion: protocol }));
  }

  private connected(session: Session): void {
    this.line = { ...session, aliases: new OutgoingAliases(session.limits.topicAliasMax) };
    this.unsent = [...this.flights.keys()];
    for (let count = 0; count < session.limits.receiveMax; count++) this.sendAgain();
    this.room();
  }

  /** Sends the oldest message that was on its way over a former connection. */
  private sendAgain(): void {
    const id = this.unsent.shift();
    const flight = id === undefined ? undefined : this.flights.get(id);
    if (id !== undefined && flight !== undefined) this.send(flight.message, id);
  }

  private refused(message: OutgoingMessage, why: string, next: string): void {
    this.options.log(`mqtt sink: broker ${this.client.url} ${why}; the message for topic "${message.topic}" is dropped and counted. ${next}.`, { event: 'sink.message_refused', severity: 'warn', traceId: parseTraceContext(message.properties?.['traceparent'])?.traceId, fields: { broker: this.client.url, reason: why, effect_id: message.effectId } });
    this.options.onRefused(message);
  }

  private sayOnce(text: string): void {
    if (this.said.has(text)) return;
    this.said.add(text);
    this.options.log(`mqtt sink: ${text}`, { event: 'sink.broker_limits', severity: 'warn', fields: { broker: this.client.url } });
  }

  private receive(frame: Frame): void {
    const type = frame.header >> 4;
    if (type !== PacketType.puback && type !== PacketType.pubrec && type !== PacketType.pubcomp) return;
    const { packetId, code } = parseAck(frame);
    const flight = this.flights.get(packetId);
    if (flight === undefined) return;
    if (type === PacketType.pubrec && code < 0x80) return this.client.send(encodeAck(PacketType.pubrel, packetId));
    if (code >= 0x80) this.refused(flight.message, `refuses it (code ${code})`, 'Check the rights of this user');
    this.flights.delete(packetId);
    flight.done();
    this.sendAgain();
    this.room();
  }

  private room(): void {
    if (!this.full || !this.ready) return;
    this.full = false;
    this.options.onRoom();
  }

  private freeId(): number {
    while (this.flights.has(this.nextId)) this.nextId = (this.nextId % 65_535) + 1;
    const id = this.nextId;
    this.nextId = (id % 65_535) + 1;
    return id;
  }
}
