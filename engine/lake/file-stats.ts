import type { Batch, Column } from '../batch/batch';
import type { Field } from '../schema/schema';

const TEXT_MAX = 64;

export interface StoredColumn {
  readonly field: Field;
  readonly column: Column;
}

/** Smallest and largest value; `none` while there is no value, `unordered` once there is one that readers order differently. */
type Range = 'none' | 'unordered' | { readonly min: number | string; readonly max: number | string };

/** Delta's statistics of one file with the rows of `batch`. */
export function fileStats(batch: Batch, columns: readonly StoredColumn[]): string {
  const stats = new FileStats();
  stats.add(batch.rowCount, columns);
  return stats.text();
}

/** Delta's statistics of one file, gathered over its batches: what a reader may use to skip it. Columns without an order that all readers share are left out. */
export class FileStats {
  private rows = 0;
  private readonly columns = new Map<string, { range: Range; nulls: number; isTime: boolean }>();

  add(rowCount: number, columns: readonly StoredColumn[]): void {
    this.rows += rowCount;
    for (const { field, column } of columns) {
      if (column.kind === 'list') continue;
      const known = this.columns.get(field.name) ?? { range: 'none', nulls: 0, isTime: column.kind === 'timestampMs' };
      known.nulls += countNulls(column.validity);
      known.range = joined(known.range, valueRange(column, rowCount));
      this.columns.set(field.name, known);
    }
  }

  /** As JSON. */
  text(): string {
    const minValues: Record<string, unknown> = {};
    const maxValues: Record<string, unknown> = {};
    const nullCount: Record<string, number> = {};
    for (const [name, { range, nulls, isTime }] of this.columns) {
      nullCount[name] = nulls;
      if (typeof range === 'string') continue;
      minValues[name] = isTime ? new Date(range.min).toISOString() : range.min;
      maxValues[name] = isTime ? new Date(range.max).toISOString() : range.max;
    }
    return JSON.stringify({ numRecords: this.rows, minValues, maxValues, nullCount });
  }
}

function countNulls(validity: Uint8Array | null): number {
  return validity === null ? 0 : validity.reduce((nulls, valid) => nulls + (valid === 1 ? 0 : 1), 0);
}

function joined(a: Range, b: Range): Range {
  if (a === 'unordered' || b === 'unordered') return 'unordered';
  if (a === 'none') return b;
  if (b === 'none') return a;
  return { min: b.min < a.min ? b.min : a.min, max: b.max > a.max ? b.max : a.max };
}

function valueRange(column: Column, rowCount: number): Range {
  switch (column.kind) {
    case 'int32':
    case 'float32':
    case 'float64':
    case 'timestampMs':
      return numberRange(column.values, column.validity, rowCount);
    case 'utf8':
      return textRange(Array.from({ length: rowCount }, (_none, row) => (column.validity?.[row] === 0 ? null : (column.dictionary.values[column.codes[row] ?? 0] ?? null))));
    default:
      return 'unordered';
  }
}

/** A NaN makes the range meaningless to some readers, an infinity is no JSON: no range then. */
function numberRange(values: Int32Array | Float32Array | Float64Array, validity: Uint8Array | null, rowCount: number): Range {
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < rowCount; row++) {
    if (validity !== null && validity[row] === 0) continue;
    const value = values[row] ?? NaN;
    if (!Number.isFinite(value)) return 'unordered';
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min > max ? 'none' : { min, max };
}

function textRange(texts: readonly (string | null)[]): Range {
  let min: string | null = null;
  let max: string | null = null;
  for (const text of texts) {
    if (text === null) continue;
    if (text.length > TEXT_MAX || /[^\x20-\x7e]/.test(text)) return 'unordered';
    if (min === null || text < min) min = text;
    if (max === null || text > max) max = text;
  }
  return min === null || max === null ? 'none' : { min, max };
}
