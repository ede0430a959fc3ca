import type { GraphInput } from '../../engine/graph/graph-api';
import type { Env, Timer } from '../env/env';
import type { PacketLedger } from '../mqtt/packet-ledger';
import { encodeAck, PacketType, type PublishPacket } from '../mqtt/packets';
import type { Store } from '../store/store';
import type { DurableWriter } from './durable-writer';
import type { Journal } from './journal';

/** A source's session, as far as taking in needs it. */
export interface SourceSession {
  readonly source: string;
  readonly ledger: PacketLedger;
  /** Rises with every connection: packet ids mean nothing outside the connection that brought them. */
  readonly connectionCount: number;
  acknowledge(acks: readonly Buffer[]): void;
}

interface Ack {
  readonly session: SourceSession;
  readonly connectionCount: number;
  readonly bytes: Buffer;
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
  ) {}

  publish(packet: PublishPacket, session: SourceSession): void {
    if (this.closed) return;
    const seq = this.options.journal.nextSeq + this.inputs.length;
    if (session.ledger.take(packet, seq)) {
      this.messages++;
      this.inputs.push({ kind: 'message', arrivalTimeMs: this.options.env.nowMs(), topic: packet.topic, payload: packet.payload, source: session.source });
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
    if (this.options.journal.unwritten > 0) this.writeJournal();
  }

  private acknowledge(session: SourceSession, bytes: Buffer): void {
    this.acks.push({ session, connectionCount: session.connectionCount, bytes });
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
    if (this.closed || (this.inputs.length === 0 && this.acks.length === 0)) return;
    const { inputs } = this;
    if (this.acks.length > 0 && !this.commitGroup(inputs)) {
      this.retrying = true;
      this.options.env.setTimer(RETRY_MS, () => this.flush());
      return;
    }
    if (this.acks.length === 0) this.options.journal.append(inputs);
    this.inputs = [];
    this.groupBytes = 0;
    this.sendAcks();
    if (inputs.length > 0) this.options.onInputs(inputs);
    if (this.options.journal.unwritten > 0) this.timer ??= this.options.env.setTimer(LAZY_WRITE_MS, () => this.writeLazily());
  }

  private commitGroup(inputs: readonly GraphInput[]): boolean {
    const { env, store, journal, writer } = this.options;
    const dirty = [...this.sessions].some(session => session.ledger.dirty);
    if (inputs.length === 0 && !dirty) return true;
    const body = (): void => {
      journal.write(env.nowMs());
      if (inputs.length > 0) store.appendInbox(journal.nextSeq, inputs, env.nowMs());
      for (const session of this.sessions) session.ledger.write(store);
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
      if (due.length > 0) session.acknowledge(due.map(ack => ack.bytes));
    }
    this.acks = [];
    this.sessions.clear();
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
