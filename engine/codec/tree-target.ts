import { copyBytes } from './byte-reader';
import type { ValueTarget } from './value-target';
import { textOf } from './value-target';

/** A value of any format as it was read. Whole numbers beyond ±2^53 are bigints. */
export type PlainValue = null | boolean | number | bigint | string | Uint8Array | readonly PlainValue[] | ReadonlyMap<string, PlainValue>;

/** What a tree is made of, by the kind of value in the payload. */
export interface TreeParts<T> {
  nothing(): T;
  bool(value: boolean): T;
  whole(value: number | bigint): T;
  double(value: number): T;
  text(value: string): T;
  bytes(value: Uint8Array): T;
  time(timeMs: number): T;
  list(items: T[]): T;
  map(members: Map<string, T>): T;
}

/** Makes a tree of one value; for samples, defaults and tests, not for streams. */
export class TreeTarget<T> implements ValueTarget {
  private readonly open: { readonly items: T[] | null; readonly members: Map<string, T> | null; key: string }[] = [];
  private result: T;

  constructor(private readonly parts: TreeParts<T>) {
    this.result = parts.nothing();
  }

  /** The value, once it is whole. */
  get value(): T {
    return this.result;
  }

  putNull(): void {
    this.put(this.parts.nothing());
  }
  putBool(value: boolean): void {
    this.put(this.parts.bool(value));
  }
  putInteger(value: number): void {
    this.put(this.parts.whole(value));
  }
  putBigInt(value: bigint): void {
    this.put(this.parts.whole(value));
  }
  putDouble(value: number): void {
    this.put(this.parts.double(value));
  }
  putText(bytes: Uint8Array, start: number, end: number): void {
    this.put(this.parts.text(textOf(bytes, start, end)));
  }
  putBytes(bytes: Uint8Array, start: number, end: number): void {
    this.put(this.parts.bytes(copyBytes(bytes, start, end)));
  }
  putTime(timeMs: number): void {
    this.put(this.parts.time(timeMs));
  }
  openList(): void {
    this.open.push({ items: [], members: null, key: '' });
  }
  openMap(): void {
    this.open.push({ items: null, members: new Map(), key: '' });
  }
  key(bytes: Uint8Array, start: number, end: number): void {
    this.open.at(-1)!.key = textOf(bytes, start, end);
  }
  closeList(): void {
    this.put(this.parts.list(this.open.pop()!.items!));
  }
  closeMap(): void {
    this.put(this.parts.map(this.open.pop()!.members!));
  }

  private put(value: T): void {
    const holder = this.open.at(-1);
    if (holder === undefined) this.result = value;
    else if (holder.items !== null) holder.items.push(value);
    else holder.members!.set(holder.key, value);
  }
}

/** A tree of plain values. */
export const PLAIN_PARTS: TreeParts<PlainValue> = {
  nothing: () => null,
  bool: value => value,
  whole: value => value,
  double: value => value,
  text: value => value,
  bytes: value => value,
  time: timeMs => timeMs,
  list: items => items,
  map: members => members
};
