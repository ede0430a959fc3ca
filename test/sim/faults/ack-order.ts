import { bodyOf, FrameSplitter, packetId, PacketKind } from './frame-splitter';
import type { TraceEvent } from './strace-events';

/** What the order of the calls says. */
export interface AckOrder {
  readonly messages: number;
  readonly pubacks: number;
  readonly pubrecs: number;
  readonly pubcomps: number;
  readonly syncs: number;
  readonly commits: number;
  readonly violations: readonly string[];
}

const MARKER = /m\d{7}/g;
const WAL_HEADER_BYTES = 24;
const { PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP } = PacketKind;

/** A payload that is found again in a page of the log even when a page ends within one of its two markers. */
export function markedPayload(index: number, tMs: number, value: number): string {
  const marker = `m${String(index).padStart(7, '0')}`;
  return JSON.stringify({ tMs, value, a: marker, gap: '--------------------------------', b: marker });
}

/**
 * Follows rows from the socket into the write-ahead log, its commit record and its sync, and every acknowledgement back to
 * its row: PUBACK and PUBREC need a synced commit that holds the message, PUBCOMP one that is younger than its PUBREL.
 */
export function checkAckOrder(events: readonly TraceEvent[]): AckOrder {
  const checker = new Checker();
  events.forEach((event, at) => checker.take(event, at));
  return checker.result();
}

class Checker {
  private readonly writtenAt = new Map<string, number>();
  private readonly markerOfId = new Map<string, string>();
  private readonly releasedAt = new Map<string, number>();
  private readonly incoming = new Map<string, FrameSplitter>();
  private readonly outgoing = new Map<string, FrameSplitter>();
  private readonly counts = { messages: 0, [PUBACK]: 0, [PUBREC]: 0, [PUBCOMP]: 0, syncs: 0, commits: 0 };
  private readonly violations: string[] = [];
  private commitHeader = false;
  private committedAt = -1;
  /** Last commit before the sync that is under way began. */
  private coveredAt = -1;
  private durableAt = -1;

  take(event: TraceEvent, at: number): void {
    if (event.kind === 'syncBegun') return void (this.coveredAt = this.committedAt);
    if (event.kind === 'synced') return this.synced();
    if (event.kind === 'read') return splitterOf(this.incoming, event.target).push(event.bytes, frame => this.received(event.target, frame, at));
    if (event.target.startsWith('/')) this.logged(event.bytes, at);
    else splitterOf(this.outgoing, event.target).push(event.bytes, frame => this.sent(event.target, frame));
  }

  result(): AckOrder {
    const { messages, syncs, commits } = this.counts;
    return { messages, syncs, commits, pubacks: this.counts[PUBACK], pubrecs: this.counts[PUBREC], pubcomps: this.counts[PUBCOMP], violations: this.violations };
  }

  private synced(): void {
    this.counts.syncs++;
    this.durableAt = this.coveredAt;
  }

  /** A write to the log: the header of a frame, whose second word is not 0 when the frame commits, or its page. */
  private logged(bytes: Buffer, at: number): void {
    if (bytes.length === WAL_HEADER_BYTES) {
      this.commitHeader = bytes.readUInt32BE(4) !== 0;
      return;
    }
    for (const [marker] of bytes.toString('latin1').matchAll(MARKER)) if (!this.writtenAt.has(marker)) this.writtenAt.set(marker, at);
    if (!this.commitHeader) return;
    this.commitHeader = false;
    this.counts.commits++;
    this.committedAt = at;
  }

  private received(target: string, frame: Buffer, at: number): void {
    const type = (frame[0] ?? 0) >> 4;
    if (type === PUBREL) this.releasedAt.set(`${target} ${packetId(frame)}`, at);
    if (type !== PUBLISH || ((frame[0] ?? 0) & 6) === 0) return;
    const body = bodyOf(frame);
    const id = body.readUInt16BE(2 + body.readUInt16BE(0));
    const marker = /m\d{7}/.exec(body.toString('latin1'))?.[0];
    if (marker === undefined) return void this.markerOfId.delete(`${target} ${id}`);
    this.markerOfId.set(`${target} ${id}`, marker);
    this.counts.messages++;
  }

  private sent(target: string, frame: Buffer): void {
    const type = (frame[0] ?? 0) >> 4;
    if (type !== PUBACK && type !== PUBREC && type !== PUBCOMP) return;
    const key = `${target} ${packetId(frame)}`;
    const marker = this.markerOfId.get(key);
    if (marker === undefined) return;
    this.counts[type]++;
    if (type === PUBCOMP) {
      const releasedAt = this.releasedAt.get(key);
      if (releasedAt === undefined || this.durableAt <= releasedAt) this.violations.push(`PUBCOMP of ${marker} left before a synced commit that is younger than its PUBREL`);
      return;
    }
    const writtenAt = this.writtenAt.get(marker);
    if (writtenAt === undefined) this.violations.push(`${type === PUBACK ? 'PUBACK' : 'PUBREC'} of ${marker} left before it was written to the log`);
    else if (writtenAt > this.durableAt) this.violations.push(`${type === PUBACK ? 'PUBACK' : 'PUBREC'} of ${marker} left before the log was committed and synced`);
  }
}

function splitterOf(splitters: Map<string, FrameSplitter>, target: string): FrameSplitter {
  let splitter = splitters.get(target);
  if (splitter === undefined) splitters.set(target, (splitter = new FrameSplitter()));
  return splitter;
}
