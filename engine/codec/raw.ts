import type { ElementType } from './element';
import { ELEMENT_BYTES, putElement, readElement } from './element';
import { PlanError } from '../error';
import { isList } from '../schema/schema';
import type { CellWriter } from './cell-writer';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import type { PayloadDecoderOptions } from './payload-decoder';

export interface RawNumber {
  readonly type: ElementType;
  readonly endian?: 'little' | 'big';
  /** The column gets `raw * scale + offset` as a float. Absent: the raw number. */
  readonly scale?: number;
  readonly add?: number;
}

/** A number at a fixed place. */
export interface RawField extends RawNumber {
  /** Name of the column. */
  readonly name: string;
  /** Bytes from the beginning of the record. */
  readonly offset: number;
}

/** Equal numbers one after the other: one list column per channel, the payload is one row. */
export interface RawBlock extends RawNumber {
  /** One list column per channel, in the order of the channels. */
  readonly channels: readonly string[];
  /** `interleaved`: a sample of every channel, then the next; `planar`: all samples of a channel, then the next channel. Default `interleaved`. */
  readonly order?: 'interleaved' | 'planar';
  /** Bytes before the block, in which `fields` may lie. Default 0. */
  readonly start?: number;
  /** Samples per channel. Default: as many as the payload holds. */
  readonly count?: number;
}

export interface RawLayout {
  /** Numbers at fixed places of each record (with `block`: of the payload). */
  readonly fields?: readonly RawField[];
  /** Bytes of a record; the payload holds any number of them, each is a row. */
  readonly stride?: number;
  readonly block?: RawBlock;
}

interface PlacedField {
  readonly cell: CellWriter;
  readonly field: RawField;
}

/** Decoder of raw binary memory: records of a fixed length, each a row, or one block of samples per payload, a row of lists. */
export class RawDecoder extends GuardedDecoder {
  private readonly fields: readonly PlacedField[];
  private readonly channels: readonly CellWriter[];
  private readonly unfilled: readonly number[];
  private at = 0;

  constructor(
    private readonly layout: RawLayout,
    options: PayloadDecoderOptions
  ) {
    super('RAW', options);
    this.fields = (layout.fields ?? []).flatMap(field => this.cellOf(field.name).map(cell => ({ cell, field })));
    this.channels = (layout.block?.channels ?? []).map(name => {
      const [cell] = this.cellOf(name);
      if (cell === undefined || !isList(cell.field.type)) throw new PlanError('DECODER_SCHEMA', `raw decoder: channel "${name}" needs a column of that name that is a list of numbers.`);
      return cell;
    });
    const filled = [...this.fields.map(({ cell }) => cell), ...this.channels];
    refuseUnfilled(this.cells.filter(cell => !filled.includes(cell)));
    this.unfilled = this.cells.flatMap((cell, index) => (filled.includes(cell) ? [] : [index]));
  }

  protected get position(): number {
    return this.at;
  }

  protected read(payload: Uint8Array): number {
    this.at = 0;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const { block, stride } = this.layout;
    const rows = block === undefined ? this.readRecords(view, stride ?? payload.length) : this.readBlock(view, block);
    for (const index of this.unfilled) this.fillMissing(index, rows);
    return rows;
  }

  private readRecords(view: DataView, stride: number): number {
    if (stride === 0 || view.byteLength % stride !== 0) throw new DecodeProblem('TRUNCATED', `${view.byteLength} bytes are no whole number of records of ${stride} bytes`, view.byteLength);
    const rows = view.byteLength / stride;
    this.refuseTooManyRows(rows);
    for (let row = 0; row < rows; row++) this.readFields(view, row * stride, row * stride + stride);
    return rows;
  }

  private readBlock(view: DataView, block: RawBlock): number {
    const start = block.start ?? 0;
    if (view.byteLength < start) throw new DecodeProblem('TRUNCATED', `${view.byteLength} bytes; the block begins at byte ${start}`, view.byteLength);
    this.readFields(view, 0, start);
    const bytes = ELEMENT_BYTES[block.type];
    const channelCount = this.channels.length;
    const held = (view.byteLength - start) / (bytes * channelCount);
    const count = block.count ?? held;
    if (!Number.isInteger(held) || held < count) {
      throw new DecodeProblem('TRUNCATED', `${view.byteLength - start} bytes are not ${block.count ?? 'a whole number of'} samples of ${channelCount} × ${bytes} bytes`, view.byteLength);
    }
    if (held > count) throw new DecodeProblem('TRAILING_DATA', `the payload holds ${held} samples, ${count} were expected`, start + count * bytes * channelCount);
    const planar = block.order === 'planar';
    this.channels.forEach((cell, channel) => {
      const first = start + (planar ? channel * count : channel) * bytes;
      const step = planar ? bytes : bytes * channelCount;
      cell.openList();
      for (let i = 0; i < count; i++) this.put(view, first + i * step, block, cell);
      cell.closeList();
    });
    return 1;
  }

  private readFields(view: DataView, start: number, end: number): void {
    for (const { cell, field } of this.fields) {
      const at = start + field.offset;
      if (at + ELEMENT_BYTES[field.type] > end) throw new DecodeProblem('TRUNCATED', `column "${field.name}" lies beyond the end of its record`, end);
      this.put(view, at, field, cell);
    }
  }

  private put(view: DataView, at: number, number: RawNumber, cell: CellWriter): void {
    this.at = at;
    const value = readElement(view, at, number.type, number.endian !== 'big');
    if (number.scale === undefined && number.add === undefined) putElement(cell, value, number.type);
    else cell.putDouble(Number(value) * (number.scale ?? 1) + (number.add ?? 0));
  }

  private cellOf(name: string): CellWriter[] {
    return this.cells.filter(cell => cell.name === name);
  }
}

function refuseUnfilled(cells: readonly CellWriter[]): void {
  const required = cells.find(cell => !cell.field.nullable);
  if (required !== undefined) throw new PlanError('DECODER_SCHEMA', `raw decoder: column "${required.name}" is required, but no field and no channel has that name. Add it or make the column nullable.`);
}
