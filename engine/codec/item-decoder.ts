import { isList } from '../schema/schema';
import type { CellWriter } from './cell-writer';
import type { DecodeFormat } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import type { ItemReader } from './item-reader';
import { KeyTable } from './json-keys';
import type { PayloadDecoderOptions } from './payload-decoder';
import { encodeUtf8 } from './utf8';
import { NO_TARGET } from './value-target';

export interface ItemDecoderOptions extends PayloadDecoderOptions {
  /** `map`: rows are maps from column names to values; `array`: rows are lists of values in the order of the schema. Default `map`. */
  readonly layout?: 'map' | 'array';
  /** Several items in one payload, one after the other. Default false. */
  readonly sequence?: boolean;
}

type Form = 'row' | 'columns';

/**
 * Decoder of MessagePack and CBOR payloads into columns. Forms, as in JSON: a map is one row, a list of maps is many, a map of
 * equally long lists is many in columns; with layout `array` a list of values is one row and a list of such lists many.
 */
export class ItemDecoder extends GuardedDecoder {
  private readonly keys: KeyTable;
  private readonly names: readonly Uint8Array[];
  private readonly layout: 'map' | 'array';
  private readonly sequence: boolean;

  constructor(
    format: DecodeFormat,
    private readonly reader: ItemReader,
    options: ItemDecoderOptions
  ) {
    super(format, options);
    this.layout = options.layout ?? 'map';
    this.sequence = options.sequence ?? false;
    this.names = this.cells.map(cell => encodeUtf8(cell.name));
    this.keys = new KeyTable(this.cells.map(cell => cell.name), this.counts);
  }

  protected get position(): number {
    return this.reader.position;
  }

  protected override foldCounts(): void {
    this.keys.fold();
    super.foldCounts();
  }

  protected read(payload: Uint8Array): number {
    const { reader } = this;
    reader.open(payload);
    let rows = 0;
    do {
      rows += this.readValue();
      this.refuseTooManyRows(rows);
    } while (this.sequence && !reader.atEnd);
    if (!reader.atEnd) throw new DecodeProblem('TRAILING_DATA', 'the payload goes on after its value');
    return rows;
  }

  private readValue(): number {
    const { reader, layout } = this;
    const kind = reader.peek();
    if (kind === 'map' && layout === 'map') return this.readMap(null);
    if (kind !== 'list') throw new DecodeProblem('TYPE', layout === 'map' ? 'expected a map or a list of maps' : 'expected a list of values');
    const count = reader.openList();
    if (layout === 'array' && (count === 0 || reader.peek() !== 'list')) return this.readArrayRow(count);
    let rows = 0;
    for (; count < 0 ? !reader.takeBreak() : rows < count; rows++) {
      this.refuseTooManyRows(rows + 1);
      if (reader.peek() !== layout.replace('array', 'list')) throw new DecodeProblem('TYPE', `expected a ${layout} in the list`);
      if (layout === 'map') this.readMap('row');
      else this.readArrayRow(reader.openList());
    }
    return rows;
  }

  /** The values of one row in the order of the columns. */
  private readArrayRow(count: number): number {
    const { cells, reader } = this;
    let seen = 0;
    for (; count < 0 ? !reader.takeBreak() : seen < count; seen++) reader.read(cells[seen] ?? NO_TARGET, 2);
    if (seen > cells.length) this.counts.add('unknown', `value ${cells.length}`, seen - cells.length);
    for (let index = seen; index < cells.length; index++) this.fillMissing(index, 1);
    return 1;
  }

  /** A map: a row, or the columns of many (`null`: as its first known key tells). */
  private readMap(form: Form | null): number {
    const { reader, keys, cells } = this;
    keys.nextObject();
    let rows = -1;
    let seen = 0;
    let guess = 0;
    const count = reader.openMap();
    for (let index = 0; count < 0 ? !reader.takeBreak() : index < count; index++) {
      if (index >= this.limits.keysMax) throw new DecodeProblem('SIZE', `a map with more than ${this.limits.keysMax} keys`);
      const code = this.readKey(guess);
      const cell = cells[code];
      if (cell === undefined) {
        reader.read(NO_TARGET, 1);
        continue;
      }
      seen++;
      guess = code + 1;
      form ??= !isList(cell.field.type) && cells.length > 1 && reader.peek() === 'list' ? 'columns' : 'row';
      if (form === 'row') reader.read(cell, 1);
      else rows = this.readColumn(cell, rows);
    }
    const rowCount = form === 'columns' ? rows : 1;
    if (seen < cells.length) for (let index = 0; index < cells.length; index++) if (!keys.has(index)) this.fillMissing(index, rowCount);
    return rowCount;
  }

  /** A list of values, one per row; `rows` is the number of the columns before, -1 for the first. */
  private readColumn(cell: CellWriter, rows: number): number {
    const { reader } = this;
    const count = reader.openList();
    let length = 0;
    for (; count < 0 ? !reader.takeBreak() : length < count; length++) {
      this.refuseTooManyRows(length + 1);
      reader.read(cell, 2);
    }
    if (rows >= 0 && length !== rows) throw new DecodeProblem('TYPE', `column "${cell.name}" has ${length} values, the columns before it ${rows}`);
    return length;
  }

  /** Takes a key: its code in the key table. `guess` is the column that stood next last time. */
  private readKey(guess: number): number {
    const { reader, keys } = this;
    reader.readKey();
    const code = this.isName(guess) ? guess : keys.lookupBytes(reader.keyBytes, reader.keyStart, reader.keyEnd);
    if (code < 0) throw new DecodeProblem('UTF8', 'a key is not well-formed UTF-8');
    if (!keys.mark(code)) throw new DecodeProblem('DUPLICATE_KEY', `key ${keys.describe(code)} stands twice in one map`);
    return code;
  }

  private isName(index: number): boolean {
    const name = this.names[index];
    const { keyBytes, keyStart, keyEnd } = this.reader;
    if (name === undefined || name.length !== keyEnd - keyStart) return false;
    for (let i = 0; i < name.length; i++) if (name[i] !== keyBytes[keyStart + i]) return false;
    return true;
  }
}
