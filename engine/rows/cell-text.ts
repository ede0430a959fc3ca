import type { Batch, Column } from '../batch/batch';
import { encodeBase64 } from '../codec/base64';

/** JSON text of one number; `"NaN"`, `"Infinity"` and `"-Infinity"` in quotes. Reads back as the same double, -0 included. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return `"${value}"`;
}

/** JSON text of an int64; in quotes beyond ±(2^53 - 1). */
export function int64Text(value: bigint): string {
  return isSafe(value) ? String(value) : `"${value}"`;
}

/** JSON text of `column` at `row`, as in contract.md § Rows out. */
export function cellText(column: Column, row: number): string {
  if (column.validity !== null && column.validity[row] === 0) return 'null';
  switch (column.kind) {
    case 'bool':
      return column.values[row] === 1 ? 'true' : 'false';
    case 'int64':
      return int64Text(column.values[row]!);
    case 'utf8':
      return JSON.stringify(column.dictionary.values[column.codes[row]!]);
    case 'binary':
      return `"${encodeBase64(column.values[row]!)}"`;
    case 'list':
      return listText(column.values, column.offsets[row]!, column.offsets[row + 1]!);
    default:
      return numberText(column.values[row]!);
  }
}

/** `column` at `row` as the plain value that `JSON.parse(cellText(column, row))` gives. */
export function cellValue(column: Column, row: number): unknown {
  if (column.validity !== null && column.validity[row] === 0) return null;
  switch (column.kind) {
    case 'bool':
      return column.values[row] === 1;
    case 'int64': {
      const value = column.values[row]!;
      return isSafe(value) ? Number(value) : String(value);
    }
    case 'utf8':
      return column.dictionary.values[column.codes[row]!];
    case 'binary':
      return encodeBase64(column.values[row]!);
    case 'list':
      return Array.from(column.values.subarray(column.offsets[row], column.offsets[row + 1]), plainNumber);
    default:
      return plainNumber(column.values[row]!);
  }
}

/** JSON object of one row of `batch`, keys in the order of the schema: what an MQTT sink publishes. */
export function rowText(batch: Batch, row: number): string {
  const fields = batch.schema.fields;
  let text = '{';
  for (let i = 0; i < fields.length; i++) {
    text += `${i === 0 ? '' : ','}${JSON.stringify(fields[i]!.name)}:${cellText(batch.columns[i]!, row)}`;
  }
  return `${text}}`;
}

function plainNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function isSafe(value: bigint): boolean {
  return value <= 9_007_199_254_740_991n && value >= -9_007_199_254_740_991n;
}

function listText(values: Float64Array | Float32Array | Int32Array, start: number, end: number): string {
  const parts: string[] = [];
  for (let i = start; i < end; i++) parts.push(numberText(values[i]!));
  return `[${parts.join(',')}]`;
}
