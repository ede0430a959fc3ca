import type { PacketRecord, PacketTable, Store } from '../store/store';
import { EffectLedger } from './effect-ledger';
import type { PublishPacket } from './packets';

/** A completed id is forgotten after this many further messages: by then a broker has used the id for something new. */
const DONE_MESSAGES_MAX = 30_000;

type Change =
  | { readonly kind: 'put'; readonly table: PacketTable; readonly packet: PacketRecord }
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'clear' };

/**
 * Which packet ids of one source have been taken in: `inflight` (PUBREC sent, PUBREL not seen) and `done` (completed).
 * QoS 2 alone is not exactly-once, because brokers send a completed PUBLISH again after a crash of the client; an id with
 * the same content is therefore a duplicate while it is in `done`. Changes are written in the transaction that holds the
 * messages, and acknowledged after it.
 */
export class PacketLedger {
  private readonly inflight = new Map<number, PacketRecord>();
  private readonly done = new Map<number, PacketRecord>();
  private changes: Change[] = [];
  private readonly effects: EffectLedger;
  private resuming = false;
  duplicates = 0;
  /** Ids that the broker used again before their handshake was complete. */
  violations = 0;

  constructor(
    private readonly source: string,
    store: Store
  ) {
    this.effects = new EffectLedger(source, store);
    for (const packet of store.packets('inflight', source)) this.inflight.set(packet.id, packet);
    for (const packet of store.packets('done', source)) this.done.set(packet.id, packet);
  }

  /** A connection was made. Without the old session the broker has forgotten every id, so they mean nothing any more. */
  sessionStarted(present: boolean): void {
    this.resuming = present;
    if (present || (this.inflight.size === 0 && this.done.size === 0)) return;
    this.inflight.clear();
    this.done.clear();
    this.changes.push({ kind: 'clear' });
  }

  /**
   * Whether the packet is new; if so it is remembered under `seq`. After a session is resumed the broker repeats what was
   * not acknowledged before anything else, and some do so without DUP: until the first new message, equal content under a
   * completed id counts as a repetition even without it.
   */
  take(packet: PublishPacket, seq: number): boolean {
    if (packet.qos === 0) return true;
    const hash = contentHash(packet.topic, packet.payload);
    const pending = packet.qos === 2 ? this.inflight.get(packet.packetId) : undefined;
    if (pending !== undefined) {
      if (pending.hash === hash) return this.repeated();
      this.violations++;
    } else {
      const finished = this.done.get(packet.packetId);
      const recent = finished !== undefined && finished.hash === hash && seq - finished.seq < DONE_MESSAGES_MAX;
      if (recent && (packet.dup || this.resuming)) return this.repeated();
    }
    this.resuming = false;
    const record = { id: packet.packetId, hash, seq };
    if (packet.qos === 2) this.put('inflight', record);
    else this.put('done', record);
    return this.effects.take(packet.properties, seq) || this.repeated();
  }

  /** PUBREL has come: the id is complete. */
  release(id: number): void {
    const record = this.inflight.get(id);
    if (record === undefined) return;
    this.inflight.delete(id);
    this.changes.push({ kind: 'delete', id });
    this.put('done', record);
  }

  get dirty(): boolean {
    return this.changes.length > 0 || this.effects.dirty;
  }

  /** Writes what has changed; to be called inside the transaction, and again if that is retried. */
  write(store: Store): void {
    for (const change of this.changes) {
      if (change.kind === 'put') store.putPacket(change.table, this.source, change.packet);
      else if (change.kind === 'delete') store.deletePacket('inflight', this.source, change.id);
      else store.clearPackets(this.source);
    }
    this.effects.write(store);
  }

  /** The transaction is on disk. */
  settled(): void {
    this.changes = [];
    this.effects.settled();
  }

  private put(table: PacketTable, packet: PacketRecord): void {
    (table === 'inflight' ? this.inflight : this.done).set(packet.id, packet);
    this.changes.push({ kind: 'put', table, packet });
  }

  private repeated(): false {
    this.duplicates++;
    return false;
  }
}

/** 53 bits over topic and payload: two multiplicative lanes, enough to tell two messages under one packet id apart. */
export function contentHash(topic: string, payload: Uint8Array): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < topic.length; index++) {
    const unit = topic.charCodeAt(index);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ 0xffff, 2654435761);
  high = Math.imul(high ^ 0xffff, 1597334677);
  for (let index = 0; index < payload.length; index++) {
    const byte = payload[index] ?? 0;
    low = Math.imul(low ^ byte, 2654435761);
    high = Math.imul(high ^ byte, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}
