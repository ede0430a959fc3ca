import type { SnapshotReader, SnapshotWriter } from '../operator';

const FIRST_CAPACITY = 64;
const NONE = -1;
const TEXT_UNIT_BYTES = 2;

/** Texts with a time and a number each, in the order in which they were set last, so that the oldest can be forgotten. A linked list over slots. */
export class RememberedRows {
  private readonly slots = new Map<string, number>();
  private readonly texts: string[] = [];
  timeMs = new Float64Array(0);
  revision = new Int32Array(0);
  private next = new Int32Array(0);
  private before = new Int32Array(0);
  private readonly free: number[] = [];
  private byteCount = 0;
  private oldest = NONE;
  private newest = NONE;

  get size(): number {
    return this.slots.size;
  }

  /** Bytes of the texts. */
  get bytes(): number {
    return this.byteCount;
  }

  /** The slot of the text; -1 when it is not known. */
  find(text: string): number {
    return this.slots.get(text) ?? NONE;
  }

  /** The slot of the text that was set longest ago; -1 when there is none. */
  get oldestSlot(): number {
    return this.oldest;
  }

  /** The text has this time and number, and is the newest. */
  set(text: string, timeMs: number, revision: number): void {
    let slot = this.find(text);
    if (slot === NONE) {
      if (this.free.length === 0) this.grow();
      slot = this.free.pop()!;
      this.slots.set(text, slot);
      this.texts[slot] = text;
      this.byteCount += text.length * TEXT_UNIT_BYTES;
    } else this.unlink(slot);
    this.timeMs[slot] = timeMs;
    this.revision[slot] = revision;
    this.append(slot);
  }

  forgetOldest(): void {
    const slot = this.oldest;
    this.unlink(slot);
    this.slots.delete(this.texts[slot]!);
    this.byteCount -= this.texts[slot]!.length * TEXT_UNIT_BYTES;
    this.texts[slot] = '';
    this.free.push(slot);
  }

  save(writer: SnapshotWriter): void {
    writer.u32(this.size);
    for (let slot = this.oldest; slot !== NONE; slot = this.next[slot]!) {
      writer.text(this.texts[slot]!);
      writer.f64(this.timeMs[slot]!);
      writer.u32(this.revision[slot]!);
    }
  }

  load(reader: SnapshotReader): void {
    const count = reader.u32();
    for (let i = 0; i < count; i++) this.set(reader.text(), reader.f64(), reader.u32());
  }

  private append(slot: number): void {
    this.next[slot] = NONE;
    this.before[slot] = this.newest;
    if (this.newest === NONE) this.oldest = slot;
    else this.next[this.newest] = slot;
    this.newest = slot;
  }

  private unlink(slot: number): void {
    const before = this.before[slot]!;
    const next = this.next[slot]!;
    if (before === NONE) this.oldest = next;
    else this.next[before] = next;
    if (next === NONE) this.newest = before;
    else this.before[next] = before;
  }

  private grow(): void {
    const from = this.timeMs.length;
    const capacity = Math.max(FIRST_CAPACITY, from * 2);
    for (let slot = capacity - 1; slot >= from; slot--) this.free.push(slot);
    const { timeMs, revision, next, before } = this;
    this.timeMs = new Float64Array(capacity);
    this.timeMs.set(timeMs);
    this.revision = new Int32Array(capacity);
    this.revision.set(revision);
    this.next = new Int32Array(capacity);
    this.next.set(next);
    this.before = new Int32Array(capacity);
    this.before.set(before);
  }
}
