import type { ValueTarget } from './value-target';

/** A reader of a self-describing binary format: items one after the other, maps and lists of known or open length. */
export interface ItemReader {
  readonly position: number;
  readonly atEnd: boolean;
  open(bytes: Uint8Array): void;
  /** What comes next, not taken. */
  peek(): 'map' | 'list' | 'other';
  /** Takes the head of a map or list: the number of its entries, -1 when it ends with a break. */
  openMap(): number;
  openList(): number;
  /** Takes the break that ends an open map or list, if it is next. */
  takeBreak(): boolean;
  /** Takes a key; its UTF-8 bytes are left in `keyBytes[keyStart, keyEnd)`. Throws DecodeProblem `TYPE` for a key that is no text. */
  readKey(): void;
  readonly keyBytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Takes a whole item into `target`; `depth` counts the maps and lists around it. */
  read(target: ValueTarget, depth: number): void;
}
