import type { Packet } from 'mqtt-packet';
import type { BrokerOptions } from './broker';

export interface Message {
  /** Position in what the plant sends. */
  readonly number: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

/** The connection of a session. */
export interface SessionLink {
  send(packet: Packet): void;
}

interface Flight {
  readonly messageId: number;
  readonly message: Message;
  readonly qos: 1 | 2;
  phase: 'queued' | 'sent' | 'released';
  taken: boolean;
}

/** What a broker keeps for one subscriber: its filters, what waits, and what is on its way. */
export class Session {
  readonly filters = new Map<string, 0 | 1 | 2>();
  private readonly queue: Message[] = [];
  private flights: Flight[] = [];
  /** Packet ids whose PUBACK or PUBREC is due on this connection, in order. */
  private due: number[] = [];
  private link: SessionLink | null = null;
  private lastId = 0;

  constructor(private readonly options: BrokerOptions) {}

  get pending(): number {
    return this.queue.length + this.flights.length;
  }

  /** Its subscriber is connected and has subscribed. */
  get isServed(): boolean {
    return this.link !== null && this.filters.size > 0;
  }

  add(message: Message): void {
    if (message.qos === 0 && this.link === null) return this.options.onLost(message);
    this.queue.push(message);
    this.pump();
  }

  join(link: SessionLink): void {
    this.link = link;
    this.due = [];
    for (const flight of this.flights) {
      const { dice, repeatsReleased } = this.options;
      if (flight.phase === 'released' && !(repeatsReleased && dice.chance(0.7))) link.send({ cmd: 'pubrel', messageId: flight.messageId });
      else this.transmit(flight, true);
    }
    this.pump();
  }

  leave(link: SessionLink): void {
    if (this.link === link) this.link = null;
  }

  /** A broker without persistence has restarted. */
  forget(): void {
    for (const message of this.queue) this.options.onLost(message);
    for (const flight of this.flights) this.options.onLost(flight.message);
    this.queue.length = 0;
    this.flights = [];
    this.link = null;
  }

  acknowledged(kind: 'puback' | 'pubrec' | 'pubcomp', messageId: number): void {
    const flight = this.flights.find(each => each.messageId === messageId);
    if (kind === 'pubcomp') {
      if (flight === undefined || flight.phase !== 'released') return this.options.onViolation(`completes packet id ${messageId}, which was not released`);
      this.remove(flight);
      return this.pump();
    }
    const expected = this.due.shift();
    if (expected !== messageId) return this.options.onViolation(`acknowledges packet id ${messageId} when ${expected ?? 'nothing'} was due on this connection`);
    if (flight === undefined || (flight.qos === 2) !== (kind === 'pubrec')) return this.options.onViolation(`answers packet id ${messageId} with ${kind}`);
    if (!flight.taken) this.options.onTaken(flight.message);
    flight.taken = true;
    if (kind === 'puback') this.remove(flight);
    else {
      flight.phase = 'released';
      this.link?.send({ cmd: 'pubrel', messageId });
    }
    this.pump();
  }

  private remove(flight: Flight): void {
    this.flights = this.flights.filter(each => each !== flight);
  }

  private pump(): void {
    while (this.link !== null && this.filters.size > 0 && this.flights.length < Math.min(this.options.receiveMax, this.options.idMax)) {
      const message = this.queue.shift();
      if (message === undefined) return;
      const qos = Math.min(message.qos, ...this.filters.values()) as 0 | 1 | 2;
      if (qos === 0) {
        this.link.send({ cmd: 'publish', topic: message.topic, payload: message.payload, qos, retain: false, dup: false });
        this.options.onLost(message);
        continue;
      }
      const flight: Flight = { messageId: this.freeId(), message, qos, phase: 'queued', taken: false };
      this.flights.push(flight);
      this.transmit(flight, false);
    }
  }

  private transmit(flight: Flight, again: boolean): void {
    flight.phase = 'sent';
    this.due.push(flight.messageId);
    const { topic, payload } = flight.message;
    this.link?.send({ cmd: 'publish', topic, payload, qos: flight.qos, retain: false, dup: again && !this.options.forgetsDup, messageId: flight.messageId });
  }

  private freeId(): number {
    do this.lastId = (this.lastId % this.options.idMax) + 1;
    while (this.flights.some(flight => flight.messageId === this.lastId));
    return this.lastId;
  }
}
