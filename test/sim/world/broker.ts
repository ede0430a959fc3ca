import { generate, parser, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { topicMatches } from '../../../engine/graph/topic-filter';
import type { Clock } from './clock';
import type { Dice } from './dice';
import { Session, type Message } from './session';
import type { FarEnd, Wire } from './wire';

export interface PublishedEffect {
  readonly id: string | null;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
}

export interface BrokerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly dice: Dice;
  /** Protocol versions that it speaks. */
  readonly versions: readonly number[];
  /** Messages that a subscriber may have unacknowledged. */
  readonly receiveMax: number;
  /** Packet ids that it uses, from 1; a small number uses each again soon. */
  readonly idMax: number;
  /** Repeats without DUP, as aedes does. */
  readonly forgetsDup: boolean;
  /** Sends a PUBLISH again after its PUBREL, as mosquitto does against MQTT 4.3.3. */
  readonly repeatsReleased: boolean;
  /** The subscriber has taken over `message`: PUBACK or PUBREC. */
  readonly onTaken: (message: Message) => void;
  /** The broker itself has lost it. */
  readonly onLost: (message: Message) => void;
  readonly onPublished: (effect: PublishedEffect) => void;
  /** The client breaks the protocol. */
  readonly onViolation: (words: string) => void;
}

/** A broker that speaks MQTT 3.1.1 and 5 in bytes, with the liberties and the faults of real ones. */
export class Broker {
  private readonly sessions = new Map<string, Session>();
  private readonly links = new Set<Link>();
  private up = true;
  refusing = false;

  constructor(readonly options: BrokerOptions) {}

  /** null: nobody listens. */
  accept(wire: Wire): FarEnd | null {
    if (!this.up) return null;
    const link = new Link(this, wire);
    this.links.add(link);
    return link;
  }

  /** Whether the broker has taken `message` from its publisher. */
  publish(message: Message): boolean {
    if (!this.up) return false;
    const takers = [...this.sessions.values()].filter(session => [...session.filters.keys()].some(filter => topicMatches(filter, message.topic)));
    if (takers.length === 0) this.options.onLost(message);
    for (const session of takers) session.add(message);
    return true;
  }

  stop(persistent: boolean): void {
    this.up = false;
    this.drop();
    if (persistent) return;
    for (const session of this.sessions.values()) session.forget();
    this.sessions.clear();
  }

  /** Ends every connection. */
  drop(): void {
    for (const link of this.links) link.end();
  }

  start(): void {
    this.up = true;
  }

  /** Messages that no subscriber has taken and completed. */
  get pending(): number {
    return [...this.sessions.values()].reduce((sum, session) => sum + session.pending, 0);
  }

  /** Whether somebody is there for what comes. */
  get subscribed(): boolean {
    return [...this.sessions.values()].some(session => session.isServed);
  }

  /** The session of a client that connects now. */
  take(clientId: string, clean: boolean, link: Link): { readonly session: Session; readonly present: boolean } {
    for (const other of this.links) if (other !== link && other.clientId === clientId) other.end();
    let session = clean ? undefined : this.sessions.get(clientId);
    const present = session !== undefined;
    if (clean) {
      this.sessions.get(clientId)?.forget();
      this.sessions.delete(clientId);
    }
    session ??= new Session(this.options);
    if (!clean) this.sessions.set(clientId, session);
    return { session, present };
  }

  gone(link: Link): void {
    this.links.delete(link);
  }
}

/** One connection, as the broker sees it. */
class Link implements FarEnd {
  clientId = '';
  private readonly reader = parser();
  private session: Session | null = null;
  private version: 4 | 5 = 4;
  private readonly unreleased = new Set<number>();
  private over = false;

  constructor(
    private readonly broker: Broker,
    private readonly wire: Wire
  ) {
    this.reader.on('packet', (packet: Packet) => this.handle(packet));
    this.reader.on('error', (error: Error) => this.broker.options.onViolation(`sends bytes that are no MQTT: ${error.message}`));
  }

  received(bytes: Buffer): void {
    this.reader.parse(bytes);
  }

  closed(): void {
    if (this.over) return;
    this.over = true;
    this.session?.leave(this);
    this.broker.gone(this);
  }

  /** The broker ends the connection. */
  end(): void {
    this.closed();
    this.wire.endFromFar();
  }

  send(packet: Packet): void {
    if (!this.over) this.wire.send(generate(packet, { protocolVersion: this.version }));
  }

  private handle(packet: Packet): void {
    if (this.over) return;
    if (this.session === null) {
      if (packet.cmd !== 'connect') return this.broker.options.onViolation(`sends ${packet.cmd} before CONNECT`);
      return this.connect(packet);
    }
    switch (packet.cmd) {
      case 'subscribe':
        return this.subscribe(packet);
      case 'unsubscribe':
        for (const filter of packet.unsubscriptions) this.session.filters.delete(filter);
        return this.send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: packet.unsubscriptions.map(() => 0) });
      case 'publish':
        return this.published(packet);
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        return this.session.acknowledged(packet.cmd, packet.messageId ?? 0);
      case 'pubrel':
        this.unreleased.delete(packet.messageId ?? 0);
        return this.send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
      case 'pingreq':
        return this.send({ cmd: 'pingresp' });
      case 'disconnect':
        return this.end();
      default:
        this.broker.options.onViolation(`sends ${packet.cmd}`);
    }
  }

  private connect(packet: IConnectPacket): void {
    const version = packet.protocolVersion ?? 4;
    const { options } = this.broker;
    if (!options.versions.includes(version)) {
      this.send({ cmd: 'connack', returnCode: 1, sessionPresent: false });
      return this.end();
    }
    this.version = version === 5 ? 5 : 4;
    if (this.broker.refusing) {
      this.send(this.version === 5 ? { cmd: 'connack', reasonCode: 0x88, sessionPresent: false } : { cmd: 'connack', returnCode: 3, sessionPresent: false });
      return this.end();
    }
    this.clientId = packet.clientId;
    const { session, present } = this.broker.take(packet.clientId, packet.clean ?? true, this);
    this.session = session;
    this.send(this.version === 5 ? { cmd: 'connack', reasonCode: 0, sessionPresent: present } : { cmd: 'connack', returnCode: 0, sessionPresent: present });
    session.join(this);
  }

  private subscribe(packet: ISubscribePacket): void {
    for (const { topic, qos } of packet.subscriptions) this.session?.filters.set(topic, qos);
    this.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(({ qos }) => qos) });
  }

  private published(packet: IPublishPacket): void {
    const { options } = this.broker;
    const id = packet.properties?.userProperties?.['littoral-id'];
    const messageId = packet.messageId ?? 0;
    if (packet.qos === 2 && this.unreleased.has(messageId)) return this.send({ cmd: 'pubrec', messageId });
    options.onPublished({ id: typeof id === 'string' ? id : null, topic: packet.topic, payload: Buffer.from(packet.payload), qos: packet.qos });
    if (packet.qos === 1) this.send({ cmd: 'puback', messageId });
    if (packet.qos === 2) {
      this.unreleased.add(messageId);
      this.send({ cmd: 'pubrec', messageId });
    }
  }
}

export type { Link };
