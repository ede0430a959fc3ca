import type { Field } from '../schema/schema';
import type { AnyColumnBuilder } from './column-builder';
import { Int64Builder, NumberBuilder, Utf8Builder } from './column-builder';
import type { FieldReader } from './field-reader';
import type { JsonScanner } from './json-scanner';
import { takePlainDouble, takePlainWhole } from './plain-number';
import { HASH_SEED } from './text-interner';
import { encodeUtf8 } from './utf8';

const LETTER_E = 101;
const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE_OBJECT = 125;
/** The order is learnt anew after so many misses in a row, so that two orders in turn do not cost more than one. */
const LEARN_MISSES = 2;
const MISSES_MAX = 16;
const PAUSE_ROWS = 512;

const OTHER = 0;
const FLOAT64 = 1;
const WHOLE = 2;
const INT32 = 3;
const UTF8 = 4;
const INT64 = 5;

/**
 * Takes a payload that is one object with every column once, in the order of the last such payload, without spaces. Whatever
 * else it meets, it gives the payload back to the slow way, which alone judges: this one never refuses.
 */
export class JsonFastRow {
  /** Keys in the expected order with what stands around them: `{"t":`, `,"x":`. */
  private keys = new Uint8Array(0);
  private keyEnds = new Int32Array(0);
  private readonly kinds: Uint8Array;
  private readonly order: Int32Array;
  private readonly builders: AnyColumnBuilder[] = [];
  private readonly number = new Float64Array(1);
  private position = 0;
  private misses = 0;
  private pause = 0;

  constructor(
    private readonly fields: readonly Field[],
    private readonly readers: readonly FieldReader[],
    private readonly scanner: JsonScanner
  ) {
    this.order = Int32Array.from(fields, (_, index) => index);
    this.kinds = new Uint8Array(fields.length);
    this.expect();
  }

  /** The readers have been given other builders. */
  bind(): void {
    this.order.forEach((column, place) => (this.builders[place] = this.readers[column]!.builder));
  }

  /** The order in which the slow way has just met the columns. */
  learn(order: Int32Array): void {
    if (this.misses !== LEARN_MISSES && this.pause !== PAUSE_ROWS) return;
    if (order.every((column, place) => this.order[place] === column)) return;
    this.order.set(order);
    this.expect();
    this.bind();
    this.pause = 0;
    this.misses = 0;
  }

  /** Appends the row of the whole payload and returns true; or leaves some columns with it, to be truncated, and returns false. */
  take(bytes: Uint8Array): boolean {
    if (this.pause > 0) {
      this.pause--;
      return false;
    }
    if (this.takeFields(bytes)) {
      this.misses = 0;
      return true;
    }
    if (++this.misses > MISSES_MAX) this.pause = PAUSE_ROWS;
    return false;
  }

  private expect(): void {
    const parts = Array.from(this.order, (column, place) => encodeUtf8(`${place === 0 ? '{' : ','}${JSON.stringify(this.fields[column]!.name)}:`));
    this.keyEnds = new Int32Array(parts.length);
    this.keys = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    parts.forEach((part, place) => {
      this.keys.set(part, at);
      at += part.length;
      this.keyEnds[place] = at;
      this.kinds[place] = kindOf(this.fields[this.order[place]!]!);
    });
  }

  private takeFields(bytes: Uint8Array): boolean {
    const { keys, keyEnds } = this;
    const fieldCount = keyEnds.length;
    let at = 0;
    let key = 0;
    for (let place = 0; place < fieldCount; place++) {
      const keyEnd = keyEnds[place]!;
      while (key < keyEnd) if (bytes[at++] !== keys[key++]) return false;
      this.position = at;
      if (!this.takeValue(bytes, place)) return false;
      at = this.position;
    }
    return bytes[at] === CLOSE_OBJECT && at + 1 === bytes.length && fieldCount > 0;
  }

  private takeValue(bytes: Uint8Array, place: number): boolean {
    const builder = this.builders[place]!;
    switch (this.kinds[place]) {
      case FLOAT64:
        return this.takeDouble(bytes, place, builder as NumberBuilder);
      case UTF8:
        return this.takeText(bytes, place, builder as Utf8Builder);
      case WHOLE:
      case INT32:
      case INT64:
        return this.takeWhole(bytes, place, builder);
      default:
        return this.takeOther(bytes, place);
    }
  }

  private takeDouble(bytes: Uint8Array, place: number, builder: NumberBuilder): boolean {
    const { number } = this;
    const at = takePlainDouble(bytes, this.position, bytes.length, number, 0);
    if (at < 0 || (bytes[at]! | 32) === LETTER_E) return this.takeOther(bytes, place);
    this.position = at;
    builder.append(number[0]!);
    return true;
  }

  private takeWhole(bytes: Uint8Array, place: number, builder: AnyColumnBuilder): boolean {
    const { number } = this;
    const at = takePlainWhole(bytes, this.position, bytes.length, number, 0);
    if (at < 0) return this.takeOther(bytes, place);
    const value = number[0]!;
    const kind = this.kinds[place];
    if (kind === INT64) (builder as Int64Builder).appendNumber(value);
    else if (kind === INT32 && value !== (value | 0)) return false;
    else (builder as NumberBuilder).append(value);
    this.position = at;
    return true;
  }

  private takeText(bytes: Uint8Array, place: number, builder: Utf8Builder): boolean {
    let at = this.position;
    if (bytes[at] !== QUOTE) return this.takeOther(bytes, place);
    const start = ++at;
    const guessed = builder.interner.guess(bytes, start, bytes.length);
    if (guessed >= 0) {
      builder.interner.confirm();
      builder.appendCode(guessed);
      this.position = start + builder.interner.guessedLength + 1;
      return true;
    }
    let hash = HASH_SEED;
    let byte = bytes[at]!;
    while (byte !== QUOTE) {
      if (!(byte >= 32) || byte === BACKSLASH) return this.takeOther(bytes, place);
      hash = Math.imul(hash ^ byte, 16777619);
      byte = bytes[++at]!;
    }
    if (at - start > this.scanner.limits.stringBytesMax) return this.takeOther(bytes, place);
    const code = builder.interner.encode(bytes, start, at, hash);
    if (code < 0) return this.takeOther(bytes, place);
    builder.appendCode(code);
    this.position = at + 1;
    return true;
  }

  /** A value that is not plain (null, escapes, exponents, lists), by the reader of its column. */
  private takeOther(bytes: Uint8Array, place: number): boolean {
    const { scanner } = this;
    scanner.openRange(bytes, this.position, bytes.length);
    if (!this.readers[this.order[place]!]!.read()) return false;
    this.position = scanner.position;
    return true;
  }
}

function kindOf({ type }: Field): number {
  switch (type) {
    case 'float64':
      return FLOAT64;
    case 'timestampMs':
      return WHOLE;
    case 'int32':
      return INT32;
    case 'int64':
      return INT64;
    case 'utf8':
      return UTF8;
    default:
      return OTHER;
  }
}
