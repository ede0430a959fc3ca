import { generate } from 'mqtt-packet';
import type { LittoralError } from '../../engine/error';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { MqttClient } from '../mqtt/client';
import type { Will } from '../mqtt/connection';
import type { Frame } from '../mqtt/frame-reader';
import { encodeAck, PacketType, parseAck, parsePublish, parseReasonCodes, type ProtocolVersion } from '../mqtt/packets';

export interface BusMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface BusOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  readonly will?: Will;
  readonly onMessage: (message: BusMessage) => void;
  /** A connection is there, with all subscriptions asked for. */
  readonly onConnected?: () => void;
  readonly onDown?: (reason: LittoralError) => void;
  readonly log: Log;
}

interface Flight {
  readonly message: BusMessage;
  readonly done: () => void;
}

const PACKET_BYTES_MAX = 1 << 20;
const INFLIGHT_MAX = 16;
const PACKET_ID_MAX = 65_535;

/** Retained messages of a fleet, sent and received at QoS 1 in a session that ends with the connection: what matters is retained, so nothing is missed. */
export class MessageBus {
  private readonly client: MqttClient;
  private readonly filters = new Set<string>();
  private readonly flights = new Map<number, Flight>();
  private readonly waiting: Flight[] = [];
  private protocol: ProtocolVersion | null = null;
  private nextId = 1;

  /** Throws `BROKER_URL`. */
  constructor(private readonly options: BusOptions) {
    const { env, settings, clientId, will, log } = options;
    this.client = new MqttClient({
      env,
      settings,
      clientId,
      clean: true,
      packetBytesMax: PACKET_BYTES_MAX,
      ...(will === undefined ? {} : { will }),
      onConnected: ({ protocol }) => this.connected(protocol),
      onFrame: (frame, protocol) => this.receive(frame, protocol),
      onDown: (reason, retryMs) => {
        this.protocol = null;
        this.options.onDown?.(reason);
        log(`fleet: ${reason.message} Next try in ${(retryMs / 1_000).toFixed(1)} s.`, { event: 'fleet.connection_down', severity: 'warn', fields: { retry_ms: retryMs } });
      }
    });
  }

  get isConnected(): boolean {
    return this.protocol !== null;
  }

  /** Address of the broker, without credentials. */
  get url(): string {
    return this.client.url;
  }

  start(): void {
    this.client.start();
  }

  /** Says goodbye: no will is published. */
  stop(): Promise<void> {
    return this.client.stop();
  }

  /** Asks for the messages of `filter`, after a reconnection as well. */
  subscribe(filter: string): void {
    this.filters.add(filter);
    this.askFor(filter);
  }

  unsubscribe(filter: string): void {
    this.filters.delete(filter);
    if (this.protocol !== null) this.client.send(generate({ cmd: 'unsubscribe', messageId: this.freeId(), unsubscriptions: [filter] }, { protocolVersion: this.protocol }));
  }

  /** Publishes retained; resolves when the broker has the message. An empty payload takes away what is retained. */
  publish(message: BusMessage): Promise<void> {
    return new Promise(done => {
      this.waiting.push({ message, done });
      this.pump();
    });
  }

  private connected(protocol: ProtocolVersion): void {
    this.protocol = protocol;
    for (const filter of this.filters) this.askFor(filter);
    for (const [id, { message }] of this.flights) this.send(message, id);
    this.pump();
    this.options.onConnected?.();
  }

  private askFor(filter: string): void {
    if (this.protocol !== null) this.client.send(generate({ cmd: 'subscribe', messageId: this.freeId(), subscriptions: [{ topic: filter, qos: 1 }] }, { protocolVersion: this.protocol }));
  }

  private pump(): void {
    while (this.protocol !== null && this.flights.size < INFLIGHT_MAX) {
      const flight = this.waiting.shift();
      if (flight === undefined) return;
      const id = this.freeId();
      this.flights.set(id, flight);
      this.send(flight.message, id);
    }
  }

  private send({ topic, payload }: BusMessage, messageId: number): void {
    if (this.protocol === null) return;
    this.client.send(generate({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: true, dup: false, messageId }, { protocolVersion: this.protocol }));
  }

  private receive(frame: Frame, protocol: ProtocolVersion): void {
    switch (frame.header >> 4) {
      case PacketType.publish: {
        const { topic, payload, qos, packetId, droppedBytes } = parsePublish(frame, protocol);
        if (droppedBytes === 0) this.options.onMessage({ topic, payload });
        else this.options.log(`fleet: a message on "${topic}" is larger than ${PACKET_BYTES_MAX} bytes; it is left out.`, { event: 'fleet.message_left_out', severity: 'warn' });
        if (qos > 0) this.client.send(encodeAck(PacketType.puback, packetId));
        return;
      }
      case PacketType.puback:
        return this.confirmed(parseAck(frame));
      case PacketType.suback: {
        const refused = parseReasonCodes(frame, protocol).codes.find(code => code >= 0x80);
        if (refused !== undefined) this.options.log(`fleet: broker ${this.url} refuses a subscription (code ${refused}). Check the rights of this user to littoral/fleet/#.`, { event: 'fleet.refused', severity: 'error', fields: { broker: this.url } });
      }
    }
  }

  private confirmed({ packetId, code }: { readonly packetId: number; readonly code: number }): void {
    const flight = this.flights.get(packetId);
    if (flight === undefined) return;
    if (code >= 0x80) this.options.log(`fleet: broker ${this.url} refuses topic "${flight.message.topic}" (code ${code}). Check the rights of this user to littoral/fleet/#.`, { event: 'fleet.refused', severity: 'warn', fields: { broker: this.url } });
    this.flights.delete(packetId);
    flight.done();
    this.pump();
  }

  private freeId(): number {
    while (this.flights.has(this.nextId)) this.nextId = (this.nextId % PACKET_ID_MAX) + 1;
    const id = this.nextId;
    this.nextId = (id % PACKET_ID_MAX) + 1;
    return id;
  }
}
