import { LittoralError } from '../../engine/error';
import type { GraphInput } from '../../engine/graph/graph-api';
import type { Env, Timer } from '../env/env';
import type { PacketLedger } from '../mqtt/packet-ledger';
import { encodeAck, PacketType, type PublishPacket } from '../mqtt/packets';
import type { Store } from '../store/store';
import { keptProperties } from '../telemetry/trace-context';
import type { DurableWriter } from './durable-writer';
import { HeldAcks } from './held-acks';
import type { Journal } from './journal';

/** A source's session, as far as taking in needs it. */
export interface SourceSession {
  readonly source: string;
  readonly ledger: PacketLedger;
  /** Rises with every connection: packet ids mean nothing outside the connection that brought them. */
  readonly connectionCount: number;
  readonly acknowledgeAfter: 'inbox' | 'effects';
  acknowledge(acks: readonly Buffer[]): void;
}

/** Messages that came otherwise than by MQTT, and what must be on disk together with them. */
export interface Offer {
  readonly source: string;
  readonly messages: readonly OfferedMessage[];
  /** Runs in the transaction that stores the messages, again when that has failed; `firstSeq` is the first message's. */
  readonly write: (firstSeq: number) => void;
}
export interface OfferedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Absent: now. */
  readonly arrivalTimeMs?: number;
  /** What came along, such as a trace context. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface OpenOffer {
  readonly write: () => void;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

interface Ack {
  readonly session: SourceSession;
  readonly connectionCount: number;
  readonly bytes: Buffer;
  /** Its message, or the last one before it. */
  readonly seq: number;
}

/** Inputs that nobody waits for (QoS 0) may be lost by a kill for this long; most are covered by a checkpoint before. */
const LAZY_WRITE_MS = 1_000;
const RETRY_MS = 1_000;
/** Larger groups are committed at once: a group that no longer fits into a nearly full store would block it for good. */
const GROUP_BYTES_MAX = 1 << 18;
const GROUP_INPUTS_MAX = 2_048;

/**
 * Takes in what arrives: everything of one turn of the event loop is one group, committed at once when somebody waits for
 * an acknowledgement, and handed on afterwards. Acknowledgements leave after their commit, in the order of arrival.
 */
export class Intake {
  private inputs: GraphInput[] = [];
  private acks: Ack[] = [];
  private readonly held: HeldAcks;
  private offers: OpenOffer[] = [];
  private sessions = new Set<SourceSession>();
  private groupBytes = 0;
  private scheduled = false;
  private retrying = false;
  private timer: Timer | null = null;
  private closed = false;
  messages = 0;

  constructor(
    private readonly options: {
      readonly env: Env;
      readonly store: Store;
      readonly journal: Journal;
      readonly writer: DurableWriter;
      /** Inputs in order; what needed to be on disk is. */
      readonly onInputs: (inputs: readonly GraphInput[]) => void;
    }
  ) {
    this.held = new HeldAcks(options);
  }

  publish(packet: PublishPacket, session: SourceSession): void {
    if (this.closed) return;
    const seq = this.options.journal.nextSeq + this.inputs.length;
    if (session.ledger.take(packet, seq)) {
      this.messages++;
      const properties = keptProperties(packet.properties.userProperties);
      this.inputs.push({ kind: 'message', arrivalTimeMs: this.options.env.nowMs(), topic: packet.topic, payload: packet.payload, source: session.source, ...(properties === undefined ? {} : { properties }) });
      this.groupBytes += packet.payload.byteLength + packet.topic.length;
    }
    if (packet.qos === 0) return this.schedule();
    this.acknowledge(session, encodeAck(packet.qos === 1 ? PacketType.puback : PacketType.pubrec, packet.packetId));
  }

  release(packetId: number, session: SourceSession): void {
    if (this.closed) return;
    session.ledger.release(packetId);
    this.acknowledge(session, encodeAck(PacketType.pubcomp, packetId));
  }

  /** Resolves when the messages are on disk; rejects with `STORE_CLOSED` when that cannot be any more. */
  offer({ source, messages, write }: Offer): Promise<void> {
    if (this.closed) return Promise.reject(closedError());
    const { env, journal } = this.options;
    const firstSeq = journal.nextSeq + this.inputs.length;
    for (const { topic, payload, arrivalTimeMs, properties } of messages) {
      this.messages++;
      this.inputs.push({ kind: 'message', arrivalTimeMs: arrivalTimeMs ?? env.nowMs(), topic, payload, source, ...(properties === undefined ? {} : { properties }) });
      this.groupBytes += payload.byteLength + topic.length;
    }
    return new Promise((done, fail) => {
      this.offers.push({ write: () => write(firstSeq), done, fail });
      this.schedule();
    });
  }

  /** The engine has seen the inputs up to `seq`; what they led to waits for `sinks`. */
  stepped(seq: number, sinks: readonly string[]): void {
    this.held.stepped(seq, sinks);
  }

  tick(): void {
    if (this.closed) return;
    this.inputs.push({ kind: 'tick', arrivalTimeMs: this.options.env.nowMs() });
    this.schedule();
  }

  /** Commits everything that has come, journal included; nothing is taken in afterwards. */
  close(): void {
    this.flush();
    this.closed = true;
    this.timer?.cancel();
    this.held.close();
    if (this.options.journal.unwritten > 0) this.writeJournal();
    for (const { fail } of this.offers.splice(0)) fail(closedError());
  }

  /** Whether somebody waits until everything so far is on disk. */
  private get awaited(): boolean {
    return this.acks.length + this.offers.length > 0;
  }

  private acknowledge(session: SourceSession, bytes: Buffer): void {
    this.acks.push({ session, connectionCount: session.connectionCount, bytes, seq: this.options.journal.nextSeq + this.inputs.length - 1 });
    this.sessions.add(session);
    this.schedule();
  }

  private schedule(): void {
    if (this.retrying) return;
    if (this.groupBytes >= GROUP_BYTES_MAX || this.inputs.length >= GROUP_INPUTS_MAX) return this.flush();
    if (this.scheduled) return;
    this.scheduled = true;
    this.options.env.soon(() => {
      if (!this.retrying) this.flush();
    });
  }

  /** Hands on everything that has come so far, committed where it must be. */
  flush(): void {
    this.scheduled = false;
    this.retrying = false;
    if (this.closed || (this.inputs.length === 0 && !this.awaited)) return;
    const { inputs } = this;
    if (this.awaited && !this.commitGroup(inputs)) {
      this.retrying = true;
      this.options.env.setTimer(RETRY_MS, () => this.flush());
      return;
    }
    if (!this.awaited) this.options.journal.append(inputs);
    this.inputs = [];
    this.groupBytes = 0;
    this.sendAcks();
    for (const { done } of this.offers.splice(0)) done();
    if (inputs.length > 0) this.options.onInputs(inputs);
    if (this.options.journal.unwritten > 0) this.timer ??= this.options.env.setTimer(LAZY_WRITE_MS, () => this.writeLazily());
  }

  private commitGroup(inputs: readonly GraphInput[]): boolean {
    const { env, store, journal, writer } = this.options;
    const dirty = [...this.sessions].some(session => session.ledger.dirty);
    if (inputs.length === 0 && !dirty && this.offers.length === 0) return true;
    const body = (): void => {
      journal.write(env.nowMs());
      if (inputs.length > 0) store.appendInbox(journal.nextSeq, inputs, env.nowMs());
      for (const session of this.sessions) session.ledger.write(store);
      for (const offer of this.offers) offer.write();
    };
    return writer.tryCommit(body, () => {
      journal.append(inputs);
      journal.settled();
      for (const session of this.sessions) session.ledger.settled();
    });
  }

  private sendAcks(): void {
    if (this.acks.length === 0) return;
    for (const session of this.sessions) {
      const due = this.acks.filter(ack => ack.session === session && ack.connectionCount === session.connectionCount);
      if (session.acknowledgeAfter === 'effects') this.hold(due);
      else if (due.length > 0) session.acknowledge(due.map(ack => ack.bytes));
    }
    this.acks = [];
    this.sessions.clear();
  }

  private hold(acks: readonly Ack[]): void {
    this.held.add(
      acks.map(({ session, connectionCount, bytes, seq }) => ({
        seq,
        send: () => {
          if (connectionCount === session.connectionCount) session.acknowledge([bytes]);
        }
      }))
    );
  }

  private writeLazily(): void {
    this.timer = null;
    if (this.closed || this.options.journal.unwritten === 0) return;
    if (!this.writeJournal()) this.timer = this.options.env.setTimer(RETRY_MS, () => this.writeLazily());
  }

  private writeJournal(): boolean {
    const { env, journal, writer } = this.options;
    return writer.tryCommit(
      () => journal.write(env.nowMs()),
      () => journal.settled()
    );
  }
}

function closedError(): LittoralError {
  return new LittoralError('STORE_CLOSED', 'intake: the agent ends and takes nothing more in; expected a running one. Send it again after the next start.', { retryable: true });
}
