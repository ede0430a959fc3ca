import type { Batch, Column } from '../batch/batch';
import type { Field } from '../schema/schema';

const TEXT_MAX = 64;

/** Delta's statistics of one file: what a reader may use to skip it. Columns without an order that all readers share are left out. */
export function fileStats(batch: Batch, fields: readonly { readonly field: Field; readonly column: Column }[]): string {
  const minValues: Record<string, unknown> = {};
  const maxValues: Record<string, unknown> = {};
  const nullCount: Record<string, number> = {};
  for (const { field, column } of fields) {
    if (column.kind === 'list') continue;
    nullCount[field.name] = countNulls(column.validity);
    const range = valueRange(column, batch.rowCount);
    if (range === null) continue;
    minValues[field.name] = range[0];
    maxValues[field.name] = range[1];
  }
  return JSON.stringify({ numRecords: batch.rowCount, minValues, maxValues, nullCount });
}

function countNulls(validity: Uint8Array | null): number {
  return validity === null ? 0 : validity.reduce((nulls, valid) => nulls + (valid === 1 ? 0 : 1), 0);
}

function valueRange(column: Column, rowCount: number): readonly [unknown, unknown] | null {
  switch (column.kind) {
    case 'int32':
    case 'float32':
    case 'float64':
    case 'timestampMs': {
      const range = numberRange(column.values, column.validity, rowCount);
      if (range === null) return null;
      return column.kind === 'timestampMs' ? [new Date(range[0]).toISOString(), new Date(range[1]).toISOString()] : range;
    }
    case 'utf8':
      return textRange(Array.from({ length: rowCount }, (_none, row) => (column.validity?.[row] === 0 ? null : (column.dictionary.values[column.codes[row] ?? 0] ?? null))));
    default:
      return null;
  }
}

/** A NaN makes the range meaningless to some readers, an infinity is no JSON: no range then. */
function numberRange(values: Int32Array | Float32Array | Float64Array, validity: Uint8Array | null, rowCount: number): readonly [number, number] | null {
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < rowCount; row++) {
    if (validity !== null && validity[row] === 0) continue;
    const value = values[row] ?? NaN;
    if (!Number.isFinite(value)) return null;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min > max ? null : [min, max];
}

function textRange(texts: readonly (string | null)[]): readonly [string, string] | null {
  let min: string | null = null;
  let max: string | null = null;
  for (const text of texts) {
    if (text === null) continue;
    if (text.length > TEXT_MAX || /[^\x20-\x7e]/.test(text)) return null;
    if (min === null || text < min) min = text;
    if (max === null || text > max) max = text;
  }
  return min === null || max === null ? null : [min, max];
}
