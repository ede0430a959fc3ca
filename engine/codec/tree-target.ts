import type { ValueTarget } from './value-target';
import { textOf } from './value-target';

/** A value of any format as it was read. Whole numbers beyond ±2^53 are bigints. */
export type PlainValue = null | boolean | number | bigint | string | Uint8Array | readonly PlainValue[] | ReadonlyMap<string, PlainValue>;

type Holder = { readonly items: PlainValue[]; readonly members: null; key: string } | { readonly items: null; readonly members: Map<string, PlainValue>; key: string };

/** Makes a tree of one value; for samples, defaults and tests, not for streams. */
export class TreeTarget implements ValueTarget {
  private readonly open: Holder[] = [];
  private result: PlainValue = null;

  /** The value, once it is whole. */
  get value(): PlainValue {
    return this.result;
  }

  putNull(): void {
    this.put(null);
  }
  putBool(value: boolean): void {
    this.put(value);
  }
  putInteger(value: number): void {
    this.put(value);
  }
  putBigInt(value: bigint): void {
    this.put(value);
  }
  putDouble(value: number): void {
    this.put(value);
  }
  putText(bytes: Uint8Array, start: number, end: number): void {
    this.put(textOf(bytes, start, end));
  }
  putBytes(bytes: Uint8Array, start: number, end: number): void {
    this.put(bytes.slice(start, end));
  }
  putTime(timeMs: number): void {
    this.put(timeMs);
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
    this.put(this.open.pop()!.items!);
  }
  closeMap(): void {
    this.put(this.open.pop()!.members!);
  }

  private put(value: PlainValue): void {
    const holder = this.open.at(-1);
    if (holder === undefined) this.result = value;
    else if (holder.items !== null) holder.items.push(value);
    else holder.members.set(holder.key, value);
  }
}
