import type { Batch } from '../batch/batch';
import { gatherBatch } from '../batch/gather';
import { encodeUtf8 } from '../codec/utf8';
import { cellValue } from '../rows/cell-text';
import { fieldIndex } from '../schema/schema';
import { LittoralError } from '../error';

/** Rows that share their partition values. */
export interface Partition {
  /** Column → text; null is null, as is the empty text, which readers disagree about. */
  readonly values: Readonly<Record<string, string | null>>;
  readonly rows: Batch;
}

/** Column that is derived from the event time instead of being part of the rows. */
export const DAY = 'day';

/** `batch` divided by `partitionBy`, partitions in the order of their first row. */
export function partitionRows(batch: Batch, partitionBy: readonly string[]): Partition[] {
  if (partitionBy.length === 0) return batch.rowCount === 0 ? [] : [{ values: {}, rows: batch }];
  const groups = new Map<string, { values: (string | null)[]; rows: number[] }>();
  for (const [row, values] of partitionTexts(batch, partitionBy).entries()) {
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { values, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()].map(({ values, rows }) => ({
    values: Object.fromEntries(partitionBy.map((name, index) => [name, values[index] ?? null])),
    rows: gatherBatch(batch, Int32Array.from(rows))
  }));
}

/** Partition values of each row of `batch`, in the order of `partitionBy`. */
export function partitionTexts(batch: Batch, partitionBy: readonly string[]): (string | null)[][] {
  const readers = partitionBy.map(name => partitionReader(batch, name));
  return Array.from({ length: batch.rowCount }, (_none, row) => readers.map(read => read(row)));
}

function partitionReader(batch: Batch, name: string): (row: number) => string | null {
  const column = batch.columns[fieldIndex(batch.schema, name)];
  if (column !== undefined) {
    return row => {
      const value = cellValue(column, row);
      return value === null || value === '' ? null : String(value);
    };
  }
  if (name !== DAY) {
    throw new LittoralError('NO_COLUMN', `lake partition "${name}": no such column; the rows have ${batch.schema.fields.map(field => `"${field.name}"`).join(', ')}. Correct partitionBy of the sink.`);
  }
  return row => utcDay(batch.eventTimeMs[row] ?? NaN);
}

/** `2026-01-31`; null outside the years that a date has. */
function utcDay(timeMs: number): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, -14);
}

const UNSAFE_IN_PATH = /[^A-Za-z0-9._-]/g;
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** `day=2026-01-31/device=b1`, the layout that Hive, Spark and DuckDB read; no value can leave its level. */
export function partitionPath(values: Readonly<Record<string, string | null>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${pathText(name)}=${value === null ? NULL_PARTITION : pathText(value)}`)
    .join('/');
}

function pathText(text: string): string {
  return text.replace(UNSAFE_IN_PATH, character => [...encodeUtf8(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''));
}
