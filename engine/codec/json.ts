import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { fieldIndex, isList } from '../schema/schema';
import { assert } from '../error';
import type { DecodeFailure } from './decode-failure';
import { DEFAULT_DECODE_LIMITS } from './decode-failure';
import { DriftCounts } from './drift-counts';
import type { FieldReader } from './field-reader';
import { JsonFastRow } from './json-fast-row';
import { fieldReader } from './json-readers';
import { KeyTable } from './json-keys';
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, JsonScanner, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-scanner';
import { skipValue } from './json-skip';
import type { PayloadDecoder, PayloadDecoderOptions } from './payload-decoder';
import type { RowBuilder } from './row-builder';
import { encodeUtf8 } from './utf8';

export interface JsonDecoderOptions extends PayloadDecoderOptions {
  /** Several values in one payload, one after the other, as in NDJSON. Default false. */
  readonly lines?: boolean;
}

/**
 * Decoder of JSON payloads (RFC 8259) into the columns of a schema, straight from the bytes. Forms: an object is one row,
 * a list of objects is many, an object of equally long lists (two columns at least) is many in columns. Unknown keys are skipped and counted.
 * A payload gives all its rows or none. One decoder per source; not re-entrant.
 */
export class JsonDecoder implements PayloadDecoder {
  private readonly scanner: JsonScanner;
  private readonly readers: readonly FieldReader[];
  private readonly quotedKeys: readonly Uint8Array[];
  private readonly counts = new DriftCounts();
  private readonly keys: KeyTable;
  /** Per column how often it was missing; folded into `counts` when they are asked for. */
  private readonly missing: Float64Array;
  private readonly lines: boolean;
  private readonly fast: JsonFastRow;
  /** Columns in the order in which the last object had them. */
  private readonly seenOrder: Int32Array;
  private sink: RowBuilder | null = null;
  private rows = 0;

  constructor(options: JsonDecoderOptions) {
    this.scanner = new JsonScanner({ ...DEFAULT_DECODE_LIMITS, ...options.limits });
    const fields = options.schema.fields.filter(field => !options.except?.includes(field.name));
    this.readers = fields.map(field => fieldReader(field, this.scanner));
    this.quotedKeys = fields.map(field => encodeUtf8(`${JSON.stringify(field.name)}:`));
    this.keys = new KeyTable(fields.map(field => field.name), this.counts);
    this.missing = new Float64Array(fields.length);
    this.lines = options.lines ?? false;
    this.fast = new JsonFastRow(fields, this.readers, this.scanner);
    this.seenOrder = new Int32Array(fields.length);
  }

  /** Appends the rows of `payload` to `sink` and returns their number, or leaves `sink` as it was and says why. */
  decode(payload: Uint8Array, sink: RowBuilder): number | DecodeFailure {
    if (sink !== this.sink) this.bind(sink);
    const scanner = this.scanner;
    const before = sink.rowCount;
    const max = scanner.limits.payloadBytesMax;
    if (payload.length <= max) {
      if (this.fast.take(payload)) return 1;
      sink.truncate(before);
    }
    scanner.open(payload);
    this.rows = 0;
    const ok =
      payload.length > max
        ? scanner.fail('JSON_SIZE', `a payload of ${payload.length} bytes exceeds the limit of ${max}`, 0)
        : this.readPayload();
    if (ok) return this.rows;
    sink.truncate(before);
    const { failure } = scanner;
    assert(failure, 'a failure has a reason');
    if (failure.column !== undefined) this.counts.add(failure.code === 'JSON_RANGE' ? 'range' : 'type', failure.column);
    return failure;
  }

  drift(): ReadonlyMap<string, number> {
    this.foldCounts();
    return this.counts.all();
  }

  snapshot(writer: SnapshotWriter): void {
    this.foldCounts();
    this.counts.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.counts.restore(reader);
  }

  private foldCounts(): void {
    this.keys.fold();
    this.readers.forEach((reader, index) => {
      if (this.missing[index]! > 0) this.counts.add('missing', reader.name, this.missing[index]);
    });
    this.missing.fill(0);
  }

  private bind(sink: RowBuilder): void {
    for (const reader of this.readers) {
      const column = sink.columns[fieldIndex(sink.schema, reader.name)];
      assert(column, `the row builder has column "${reader.name}"`);
      reader.bind(column);
    }
    this.fast.bind();
    this.sink = sink;
  }

  private readPayload(): boolean {
    const { scanner } = this;
    for (;;) {
      if (!this.readPayloadValue()) return false;
      if (scanner.peek() < 0) return true;
      if (!this.lines) return scanner.fail('JSON_TRAILING_DATA', 'the payload goes on after its value');
      if (this.rows > scanner.limits.rowsMax) return scanner.fail('JSON_SIZE', `more than ${scanner.limits.rowsMax} rows in one payload`);
    }
  }

  private readPayloadValue(): boolean {
    const { scanner } = this;
    const byte = scanner.peek();
    if (byte === OPEN_OBJECT) return this.readObject(null);
    if (byte === OPEN_LIST) return this.readRows();
    return scanner.wrongType('an object or a list of objects');
  }

  private readRows(): boolean {
    const scanner = this.scanner;
    scanner.position++;
    if (scanner.peek() === CLOSE_LIST) {
      scanner.position++;
      return true;
    }
    for (;;) {
      if (this.rows >= scanner.limits.rowsMax) return scanner.fail('JSON_SIZE', `more than ${scanner.limits.rowsMax} rows in one payload`);
      if (scanner.peek() !== OPEN_OBJECT) return scanner.wrongType('an object');
      if (!this.readObject('row')) return false;
      const byte = scanner.peek();
      scanner.position++;
      if (byte === CLOSE_LIST) return true;
      if (byte !== COMMA) return scanner.unexpectedBefore(byte, '"," or "]"');
    }
  }

  /** An object: a row, or the columns of many (`null`: as its first known key tells). */
  private readObject(form: Form | null): boolean {
    const { scanner, keys, readers } = this;
    keys.nextObject();
    scanner.position++;
    if (scanner.peek() === CLOSE_OBJECT) {
      scanner.position++;
      return this.endObject('row', 0, 1);
    }
    let guess = 0;
    let seen = 0;
    let rows = -1;
    for (let keyCount = 1; ; keyCount++) {
      const code = this.readKey(guess);
      if (code < 0) return false;
      if (keyCount > scanner.limits.keysMax) return scanner.fail('JSON_SIZE', `an object with more than ${scanner.limits.keysMax} keys`);
      const reader = readers[code];
      if (reader === undefined) {
        if (!skipValue(scanner, 1)) return false;
      } else {
        this.seenOrder[seen++] = code;
        guess = code + 1;
        form ??= this.formAt(reader);
        if (form === 'row') {
          if (!reader.read()) return false;
        } else {
          const read = this.readColumn(reader, rows);
          if (read < 0) return false;
          rows = read;
        }
      }
      const byte = scanner.peek();
      scanner.position++;
      if (byte === CLOSE_OBJECT) return this.endObject(form ?? 'row', seen, rows);
      if (byte !== COMMA) return scanner.unexpectedBefore(byte, '"," or "}"');
    }
  }

  /** Takes a key and its colon: its code in the key table, or -1. `guess` is the column that stood next last time. */
  private readKey(guess: number): number {
    const { scanner, keys } = this;
    const byte = scanner.peek();
    if (byte !== QUOTE) {
      scanner.unexpected(byte, 'a key in double quotes');
      return -1;
    }
    const start = scanner.position;
    if (this.takeKey(guess)) {
      if (keys.mark(guess)) return guess;
      return this.duplicate(guess, start);
    }
    const code = scanner.scanString('a key') ? keys.lookup(scanner) : -1;
    if (code < 0 || !scanner.expect(COLON, 'after a key')) return -1;
    return keys.mark(code) ? code : this.duplicate(code, start);
  }

  private duplicate(code: number, start: number): number {
    this.scanner.fail('JSON_DUPLICATE_KEY', `key ${this.keys.describe(code)} stands twice in one object`, start);
    return -1;
  }

  /** Takes the key of column `index` and the colon right behind it, if they are next. */

  private takeKey(index: number): boolean {
    const key = this.quotedKeys[index];
    if (key === undefined) return false;
    const { bytes, position, end } = this.scanner;
    if (position + key.length > end) return false;
    for (let i = 1; i < key.length; i++) if (bytes[position + i] !== key[i]) return false;
    this.scanner.position = position + key.length;
    return true;
  }

  /** A list where a scalar belongs, or a list of lists, says that the object holds columns; of one column that is too little to tell. */
  private formAt(reader: FieldReader): Form {
    const scanner = this.scanner;
    if (this.readers.length < 2 || scanner.peek() !== OPEN_LIST) return 'row';
    if (!isList(reader.field.type)) return 'columns';
    const start = scanner.position;
    scanner.position++;
    const form = scanner.peek() === OPEN_LIST ? 'columns' : 'row';
    scanner.position = start;
    return form;
  }

  private readColumn(reader: FieldReader, rows: number): number {
    const scanner = this.scanner;
    const start = scanner.position;
    const read = reader.readColumn(scanner.limits.rowsMax);
    if (read < 0 || rows < 0 || read === rows) return read;
    scanner.fail('JSON_TYPE', `column "${reader.name}" has ${read} values, the columns before it ${rows}`, start);
    return -1;
  }

  private endObject(form: Form, seen: number, columnRows: number): boolean {
    const rows = form === 'row' ? 1 : columnRows;
    if (seen === this.readers.length && form === 'row') this.fast.learn(this.seenOrder);
    if (seen < this.readers.length) {
      for (let i = 0; i < this.readers.length; i++) {
        if (this.keys.has(i)) continue;
        this.missing[i]! += rows;
        for (let row = 0; row < rows; row++) if (!this.readers[i]!.appendNull()) return false;
      }
    }
    this.rows += rows;
    return true;
  }
}

type Form = 'row' | 'columns';
