import type { Batch, Column } from '../../../engine/batch/batch';
import { Dictionary } from '../../../engine/batch/batch';
import type { Field, Schema } from '../../../engine/schema/schema';

export type Cell = number | bigint | string | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** A batch of scalar rows for `schema`. */
export function batchOf(schema: Schema, rows: readonly Row[], dictionary = new Dictionary()): Batch {
  return {
    schema,
    rowCount: rows.length,
    columns: schema.fields.map(field => columnOf(field, rows.map(row => row[field.name] ?? null), dictionary)),
    eventTimeMs: new Float64Array(rows.length),
    at: new Float64Array(rows.length)
  };
}

function columnOf(field: Field, cells: readonly Cell[], dictionary: Dictionary): Column {
  const validity = cells.includes(null) ? Uint8Array.from(cells, cell => (cell === null ? 0 : 1)) : null;
  switch (field.type) {
    case 'bool':
      return { kind: 'bool', values: Uint8Array.from(cells, cell => (cell === true ? 1 : 0)), validity };
    case 'int32':
      return { kind: 'int32', values: Int32Array.from(cells, cell => Number(cell ?? 7)), validity };
    case 'int64':
      return { kind: 'int64', values: BigInt64Array.from(cells, cell => BigInt(cell ?? 7)), validity };
    case 'float32':
      return { kind: 'float32', values: Float32Array.from(cells, cell => Number(cell ?? 7)), validity };
    case 'float64':
    case 'timestampMs':
      return { kind: field.type, values: Float64Array.from(cells, cell => Number(cell ?? 7)), validity };
    case 'utf8':
      return { kind: 'utf8', codes: Int32Array.from(cells, cell => (cell === null ? -1 : dictionary.encode(String(cell)))), dictionary, validity };
    default:
      throw new Error(`no test column of type ${JSON.stringify(field.type)}`);
  }
}

/** The cells of a column: bigint for int64, null where a row is missing. */
export function cellsOf(column: Column, rowCount: number): Cell[] {
  const cells: Cell[] = [];
  for (let row = 0; row < rowCount; row++) {
    if (column.validity !== null && column.validity[row] !== 1) {
      cells.push(null);
      continue;
    }
    if (column.kind === 'utf8') cells.push(column.dictionary.values[column.codes[row] ?? -1] ?? null);
    else if (column.kind === 'bool') cells.push(column.values[row] === 1);
    else if (column.kind === 'binary' || column.kind === 'list') throw new Error(`no cells of ${column.kind}`);
    else cells.push(column.values[row] ?? null);
  }
  return cells;
}
