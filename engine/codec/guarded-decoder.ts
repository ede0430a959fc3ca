import { assert } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { fieldIndex } from '../schema/schema';
import type { CellWriter } from './cell-writer';
import { abandonCells, cellWriter } from './cell-writer';
import type { DecodeFailure, DecodeFormat, DecodeLimits } from './decode-failure';
import { DEFAULT_DECODE_LIMITS } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import { DriftCounts } from './drift-counts';
import type { PayloadDecoder, PayloadDecoderOptions } from './payload-decoder';
import type { RowBuilder } from './row-builder';

/** A decoder that writes cells and throws DecodeProblem: size limit, all rows or none, and counts of what was missing. */
export abstract class GuardedDecoder implements PayloadDecoder {
  protected readonly limits: DecodeLimits;
  /** One per column that the payload fills. */
  protected readonly cells: readonly CellWriter[];
  protected readonly counts = new DriftCounts();
  /** Per cell how often it was missing; folded into `counts` when they are asked for. */
  private readonly missing: Float64Array;
  private sink: RowBuilder | null = null;

  constructor(
    private readonly format: DecodeFormat,
    options: PayloadDecoderOptions
  ) {
    this.limits = { ...DEFAULT_DECODE_LIMITS, ...options.limits };
    this.cells = options.schema.fields.filter(field => !options.except?.includes(field.name)).map(cellWriter);
    this.missing = new Float64Array(this.cells.length);
  }

  /** Writes the rows into the cells and returns their number; throws DecodeProblem. */
  protected abstract read(payload: Uint8Array, topic: string): number;
  /** Where reading has come to, for messages. */
  protected abstract get position(): number;

  decode(payload: Uint8Array, rows: RowBuilder, topic = ''): number | DecodeFailure {
    this.bind(rows);
    const before = rows.rowCount;
    try {
      const max = this.limits.payloadBytesMax;
      if (payload.length > max) throw new DecodeProblem('SIZE', `a payload of ${payload.length} bytes exceeds the limit of ${max}`, 0);
      return this.read(payload, topic);
    } catch (problem) {
      if (!(problem instanceof DecodeProblem)) throw problem;
      rows.truncate(before);
      abandonCells(this.cells);
      return this.failureOf(problem);
    }
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

  protected failureOf({ fault, message, offset, column }: DecodeProblem): DecodeFailure {
    const at = offset < 0 ? this.position : offset;
    if (column !== undefined && fault !== 'MISSING_FIELD') this.counts.add(fault === 'RANGE' ? 'range' : 'type', column);
    return { code: `${this.format}_${fault}`, message: `${message} (byte ${at})`, offset: at, ...(column === undefined ? {} : { column }) };
  }

  /** Brings counts that a decoder keeps elsewhere into `counts`. */
  protected foldCounts(): void {
    this.cells.forEach((cell, index) => {
      if (this.missing[index]! > 0) this.counts.add('missing', cell.name, this.missing[index]);
    });
    this.missing.fill(0);
  }

  /** Gives the cell at `index` its null for `rowCount` rows that do not have it. */
  protected fillMissing(index: number, rowCount: number): void {
    const cell = this.cells[index]!;
    for (let row = 0; row < rowCount; row++) cell.putNull();
    this.missing[index]! += rowCount;
  }

  protected refuseTooManyRows(rowCount: number): void {
    if (rowCount > this.limits.rowsMax) throw new DecodeProblem('SIZE', `more than ${this.limits.rowsMax} rows in one payload`);
  }

  private bind(rows: RowBuilder): void {
    if (rows === this.sink) return;
    for (const cell of this.cells) {
      const column = rows.columns[fieldIndex(rows.schema, cell.name)];
      assert(column, `the row builder has column "${cell.name}"`);
      cell.bind(column);
    }
    this.sink = rows;
  }
}
