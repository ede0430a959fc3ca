import { Dictionary } from '../batch/batch';
import type { ComparePrimitive } from './typed';
import type { Block } from './vector';

/** Entries after which a dictionary that an expression builds is replaced by a new one at the next batch. */
export const OWN_DICTIONARY_MAX = 65_536;

/** A number per code of a dictionary, computed once per entry; follows the dictionary as it grows or is replaced. */
export class CodeTable {
  private dictionary: Dictionary | null = null;
  private values = new Int32Array(0);
  private known = 0;

  constructor(private readonly compute: (text: string) => number) {}

  of(dictionary: Dictionary): Int32Array {
    if (this.dictionary !== dictionary) {
      this.dictionary = dictionary;
      this.known = 0;
    }
    if (this.values.length < dictionary.size) {
      const grown = new Int32Array(Math.max(64, dictionary.size * 2));
      grown.set(this.values.subarray(0, this.known));
      this.values = grown;
    }
    for (; this.known < dictionary.size; this.known++) this.values[this.known] = this.compute(dictionary.values[this.known] ?? '');
    return this.values;
  }
}

/** A dictionary that an expression fills; replaced when it has become large, never within a batch. */
export class OwnDictionary {
  private dictionary = new Dictionary();

  /** The dictionary of `block`'s batch. */
  of(block: Block): Dictionary {
    if (block.from === 0 && this.dictionary.size > OWN_DICTIONARY_MAX) this.dictionary = new Dictionary();
    return this.dictionary;
  }
}

/** Codes of one dictionary as codes of another, after `transform`; only entries that occur are carried over. */
export class Recoder {
  private source: Dictionary | null = null;
  private target: Dictionary | null = null;
  private codes = new Int32Array(0);

  constructor(private readonly transform: (text: string) => string) {}

  /** A table in which -1 means "not yet"; `recode` fills it. */
  start(source: Dictionary, target: Dictionary): void {
    if (this.source !== source || this.target !== target) {
      this.source = source;
      this.target = target;
      this.codes.fill(-1);
    }
    if (this.codes.length < source.size) {
      const grown = new Int32Array(Math.max(64, source.size * 2)).fill(-1);
      grown.set(this.codes);
      this.codes = grown;
    }
  }

  recode(code: number): number {
    const known = this.codes[code] ?? -1;
    if (known !== -1 || this.source === null || this.target === null) return known;
    const made = this.target.encode(this.transform(this.source.values[code] ?? ''));
    this.codes[code] = made;
    return made;
  }
}

/** Order of two texts by Unicode code point, as SQL compares them: negative, 0 or positive. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank above the rest of the basic plane. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Whether an order of two texts satisfies a comparison. */
export function satisfies(op: ComparePrimitive, order: number): boolean {
  switch (op) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Number of Unicode code points. */
export function codePointCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
