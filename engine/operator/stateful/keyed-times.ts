import type { SnapshotReader, SnapshotWriter } from '../operator';

const ABSENT = -1;

/**
 * Every key may have one time, Infinity is none; the earliest of all is at hand. Equal times: the lower key first. A binary
 * heap of keys that knows the place of each.
 */
export class KeyedTimes {
  private times = new Float64Array(0);
  private places = new Int32Array(0);
  private readonly heap: number[] = [];

  resize(keyCount: number): void {
    const times = new Float64Array(keyCount).fill(Infinity, this.times.length);
    times.set(this.times);
    const places = new Int32Array(keyCount).fill(ABSENT, this.places.length);
    places.set(this.places);
    this.times = times;
    this.places = places;
  }

  of(key: number): number {
    return this.times[key]!;
  }

  set(key: number, timeMs: number): void {
    if (this.times[key] === timeMs) return;
    this.times[key] = timeMs;
    const place = this.places[key]!;
    if (timeMs === Infinity) this.remove(key, place);
    else if (place === ABSENT) this.rise(key, this.heap.push(key) - 1);
    else this.settle(key, place);
  }

  clear(key: number): void {
    this.set(key, Infinity);
  }

  /** The earliest time; Infinity when there is none. */
  get firstMs(): number {
    const key = this.heap[0];
    return key === undefined ? Infinity : this.times[key]!;
  }

  /** The key of the earliest time; -1 when there is none. */
  get firstKey(): number {
    return this.heap[0] ?? ABSENT;
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    writer.f64s(this.times.slice(0, keyCount));
  }

  load(keyCount: number, reader: SnapshotReader): void {
    const saved = reader.f64s();
    for (let key = 0; key < keyCount; key++) this.set(key, saved[key] ?? Infinity);
  }

  private remove(key: number, place: number): void {
    const last = this.heap.pop()!;
    this.places[key] = ABSENT;
    if (last !== key) this.settle(last, place);
  }

  /** Puts `key`, whose time has changed, where it belongs, from `place` on. */
  private settle(key: number, place: number): void {
    if (this.rise(key, place) === place) this.sink(key, place);
  }

  private rise(key: number, from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (!this.isBefore(key, this.heap[parent]!)) break;
      this.put(this.heap[parent]!, place);
      place = parent;
    }
    this.put(key, place);
    return place;
  }

  private sink(key: number, from: number): void {
    let place = from;
    for (let child = 2 * place + 1; child < this.heap.length; child = 2 * place + 1) {
      if (child + 1 < this.heap.length && this.isBefore(this.heap[child + 1]!, this.heap[child]!)) child += 1;
      if (!this.isBefore(this.heap[child]!, key)) break;
      this.put(this.heap[child]!, place);
      place = child;
    }
    this.put(key, place);
  }

  private put(key: number, place: number): void {
    this.heap[place] = key;
    this.places[key] = place;
  }

  private isBefore(a: number, b: number): boolean {
    const timeA = this.times[a]!;
    const timeB = this.times[b]!;
    return timeA < timeB || (timeA === timeB && a < b);
  }
}
