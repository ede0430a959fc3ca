import { generate, type IPublishPacket } from 'mqtt-packet';
import type { Env } from '../env/env';
import type { BrokerSettings } from './broker-settings';
import { MqttClient, type ClientState } from './client';
import type { Frame } from './frame-reader';
import { encodeAck, PacketType, parseAck, type ProtocolVersion, type Qos } from './packets';

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Deterministic id of the effect; travels as the user property `littoral-id` when the broker speaks MQTT 5. */
  readonly effectId: string;
}

export interface PublisherOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  /** Messages on the way at once, default 1 000; QoS 0 messages count until the socket has taken them. */
  readonly inflightMax?: number;
  readonly log: (message: string) => void;
  /** There is room for more messages. */
  readonly onRoom: () => void;
}

interface Flight {
  readonly message: OutgoingMessage;
  readonly done: () => void;
}

/** The sending side: messages stay here until the broker has confirmed them, and are sent again after a reconnection. */
export class Publisher {
  private readonly client: MqttClient;
  private readonly flights = new Map<number, Flight>();
  private readonly inflightMax: number;
  private protocol: ProtocolVersion | null = null;
  private nextId = 1;
  private full = false;

  constructor(private readonly options: PublisherOptions) {
    this.inflightMax = options.inflightMax ?? 1_000;
    this.client = new MqttClient({
      env: options.env,
      settings: options.settings,
      clientId: options.clientId,
      clean: true,
      onConnected: ({ protocol }) => this.connected(protocol),
      onFrame: frame => this.receive(frame),
      onDown: (reason, retryMs) => {
        this.protocol = null;
        options.log(`mqtt sink: ${reason.message} Next try in ${(retryMs / 1_000).toFixed(1)} s.`);
      },
      onDrain: () => this.room()
    });
  }

  get state(): ClientState {
    return this.client.state;
  }

  /** Whether `publish` may be called now. */
  get ready(): boolean {
    const ready = this.protocol !== null && !this.client.congested && this.flights.size < this.inflightMax;
    if (!ready) this.full = true;
    return ready;
  }

  start(): void {
    this.client.start();
  }

  stop(): Promise<void> {
    return this.client.stop();
  }

  /** Sends `message`; `done` is called when it is the broker's: at QoS 0 at once, else when it is confirmed. */
  publish(message: OutgoingMessage, done: () => void): void {
    if (message.qos === 0) {
      this.send(message, 0);
      return done();
    }
    const id = this.freeId();
    this.flights.set(id, { message, done });
    this.send(message, id);
  }

  private send(message: OutgoingMessage, messageId: number): void {
    if (this.protocol === null) return;
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic: message.topic,
      payload: Buffer.from(message.payload.buffer, message.payload.byteOffset, message.payload.byteLength),
      qos: message.qos,
      retain: message.retain,
      dup: false,
      ...(messageId === 0 ? {} : { messageId }),
      ...(this.protocol === 5 ? { properties: { userProperties: { 'littoral-id': message.effectId } } } : {})
    };
    this.client.send(generate(packet, { protocolVersion: this.protocol }));
  }

  private connected(protocol: ProtocolVersion): void {
    this.protocol = protocol;
    for (const [id, flight] of this.flights) this.send(flight.message, id);
    this.room();
  }

  private receive(frame: Frame): void {
    const type = frame.header >> 4;
    if (type !== PacketType.puback && type !== PacketType.pubrec && type !== PacketType.pubcomp) return;
    const { packetId, code } = parseAck(frame);
    const flight = this.flights.get(packetId);
    if (flight === undefined) return;
    if (type === PacketType.pubrec && code < 0x80) return this.client.send(encodeAck(PacketType.pubrel, packetId));
    if (code >= 0x80) this.options.log(`mqtt sink: broker ${this.client.url} refuses topic "${flight.message.topic}" (code ${code}); the message counts as carried out. Check the rights of this user.`);
    this.flights.delete(packetId);
    flight.done();
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
