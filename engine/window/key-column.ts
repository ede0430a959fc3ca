import type { Batch, Dictionary } from '../batch/batch';
import { assert } from '../error';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../codec/column-builder';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { Field } from '../schema/schema';

type KeyValue = string | number | bigint | null;
const UNKNOWN = -1;

/**
 * Numbers the distinct values of one key column 0, 1, 2, … in order of first arrival. Null is a value, NaN equals NaN,
 * -0 equals 0. Beyond `valuesMax` values a new one gets -1.
 */
export class KeyColumn {
  readonly values: KeyValue[] = [];
  /** Null as long as all values come from one dictionary, in which each text stands once. */
  private ids: Map<KeyValue, number> | null = null;
  private hasNull = false;
  private dictionary: Dictionary | null = null;
  private idOfCode = new Int32Array(0);
  private outDictionary: Dictionary | null = null;
  private codeOfId = new Int32Array(0);
  /** Codes of `outDictionary` that come from here. */
  private ownCodes = 0;

  constructor(
    readonly field: Field,
    readonly columnIndex: number,
    public valuesMax: number
  ) {}

  /** Writes the number of each of the rows [from, from + count) to `into`. */
  resolve(batch: Batch, from: number, count: number, into: Int32Array): void {
    const column = batch.columns[this.columnIndex]!;
    const { validity } = column;
    if (column.kind === 'utf8') {
      this.follow(column.dictionary);
      this.resolveCodes(column.codes, validity, from, count, into);
      return;
    }
    assert(column.kind !== 'list' && column.kind !== 'binary', `a key column, not ${column.kind}`);
    for (let i = 0; i < count; i++) {
      const row = from + i;
      into[i] = this.idOf(validity !== null && validity[row] === 0 ? null : column.values[row]!);
    }
  }

  /** Appends value number `id` to a column of results. */
  append(id: number, into: AnyColumnBuilder): void {
    const value = this.values[id]!;
    if (value === null) into.appendNull();
    else if (into instanceof Utf8Builder) into.appendCode(this.codeIn(into, id));
    else if (into instanceof Int64Builder) into.appendBigInt(value as bigint);
    else {
      assert(into instanceof NumberBuilder, 'a key is text or a number');
      into.append(value as number);
    }
  }

  /** Appends the values number `ids[0 … count - 1]`. */
  appendRun(ids: Int32Array, count: number, into: AnyColumnBuilder): void {
    if (!(into instanceof Utf8Builder) || this.hasNull) {
      for (let i = 0; i < count; i++) this.append(ids[i]!, into);
      return;
    }
    for (let i = 0; i < count; i++) into.appendCode(this.codeIn(into, ids[i]!));
  }

  /** The code of text number `id` in the builder's dictionary, which is asked once per text. */
  private codeIn(into: Utf8Builder, id: number): number {
    const { dictionary } = into.interner;
    if (dictionary !== this.outDictionary || id >= this.codeOfId.length) {
      const known = dictionary === this.outDictionary ? this.codeOfId : new Int32Array(0);
      if (dictionary !== this.outDictionary) this.ownCodes = 0;
      this.outDictionary = dictionary;
      this.codeOfId = new Int32Array(Math.max(64, this.values.length * 2)).fill(UNKNOWN);
      this.codeOfId.set(known);
    }
    const known = this.codeOfId[id]!;
    if (known !== UNKNOWN) return known;
    // A dictionary that holds nothing but other values of this column needs no search.
    const isOwn = dictionary.size === this.ownCodes;
    const text = this.values[id] as string;
    const code = isOwn ? dictionary.append(text) : dictionary.encode(text);
    if (isOwn) this.ownCodes += 1;
    this.codeOfId[id] = code;
    return code;
  }

  save(writer: SnapshotWriter): void {
    writer.u32(this.values.length);
    for (const value of this.values) writer.text(value === null ? 'n' : `v${String(value)}`);
  }

  load(reader: SnapshotReader): void {
    this.values.length = 0;
    this.ids = null;
    this.hasNull = false;
    this.dictionary = null;
    this.outDictionary = null;
    const count = reader.u32();
    for (let i = 0; i < count; i++) {
      const text = reader.text();
      this.add(text === 'n' ? null : this.parse(text.slice(1)));
    }
  }

  private parse(text: string): KeyValue {
    if (this.field.type === 'utf8') return text;
    return this.field.type === 'int64' ? BigInt(text) : Number(text);
  }

  private resolveCodes(codes: Int32Array, validity: Uint8Array | null, from: number, count: number, into: Int32Array): void {
    let done = 0;
    if (validity === null) {
      while (done < count) {
        done = lookUp(this.idOfCode, codes, { from, done, count }, into);
        if (done < count) into[done] = this.learn(codes[from + done++]!);
      }
      return;
    }
    for (; done < count; done++) into[done] = validity[from + done] === 0 ? this.idOf(null) : this.learn(codes[from + done]!);
  }

  /** Makes `idOfCode` cover all codes of `dictionary`; what is known of another dictionary is forgotten. */
  private follow(dictionary: Dictionary): void {
    const known = dictionary === this.dictionary ? this.idOfCode : new Int32Array(0);
    if (dictionary !== this.dictionary && this.values.length > 0) this.index();
    this.dictionary = dictionary;
    if (known.length >= dictionary.size && known.length > 0) return;
    this.idOfCode = new Int32Array(Math.max(64, dictionary.size * 2)).fill(UNKNOWN);
    this.idOfCode.set(known);
  }

  private learn(code: number): number {
    const known = this.idOfCode[code]!;
    if (known !== UNKNOWN) return known;
    const text = this.dictionary!.values[code]!;
    const id = this.ids === null ? this.add(text) : this.idOf(text);
    this.idOfCode[code] = id;
    return id;
  }

  private idOf(value: KeyValue): number {
    return this.index().get(value) ?? this.add(value);
  }

  private index(): Map<KeyValue, number> {
    this.ids ??= new Map(this.values.map((value, id) => [value, id]));
    return this.ids;
  }

  private add(value: KeyValue): number {
    const id = this.values.length;
    if (id === this.valuesMax) return UNKNOWN;
    this.values.push(value === 0 ? 0 : value);
    this.ids?.set(value, id);
    if (value === null) this.hasNull = true;
    return id;
  }
}

/**
 * Fills `into` from `done` on, up to `count` or a code that is not known; says where it ended. Four rows per turn and no
 * calls: V8 looks at length and address of every array again in each turn, which costs as much as the row itself.
 */
function lookUp(idOfCode: Int32Array, codes: Int32Array, rows: { readonly from: number; readonly done: number; readonly count: number }, into: Int32Array): number {
  const { from, count } = rows;
  let i = rows.done;
  for (; i + 4 <= count; i += 4) {
    const row = from + i;
    const id0 = idOfCode[codes[row]!]!;
    const id1 = idOfCode[codes[row + 1]!]!;
    const id2 = idOfCode[codes[row + 2]!]!;
    const id3 = idOfCode[codes[row + 3]!]!;
    if ((id0 | id1 | id2 | id3) < 0) break;
    into[i] = id0;
    into[i + 1] = id1;
    into[i + 2] = id2;
    into[i + 3] = id3;
  }
  for (; i < count; i++) {
    const id = idOfCode[codes[from + i]!]!;
    if (id < 0) break;
    into[i] = id;
  }
  return i;
}
