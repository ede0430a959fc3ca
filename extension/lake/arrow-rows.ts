import type { QueryResult } from '../../worker/protocol';
import { formatUtc, formatValue } from '../ui/format';
import type { GridData } from '../ui/data-grid';

/** A query's rows in the page: texts for the grid, numbers for the chart. */
export interface ResultRows extends GridData {
  /** The value as a number (timestamps in ms), NaN where there is none. */
  readonly number: (row: number, column: number) => number;
  readonly isTime: (column: number) => boolean;
}

/** Decodes the Arrow IPC stream; the library is loaded with the first result. */
export async function decodeResult(result: QueryResult): Promise<ResultRows> {
  const { DataType, tableFromIPC, TimeUnit } = await import('apache-arrow');
  const table = tableFromIPC(result.ipc);
  const columns = table.schema.fields.map((field, index) => {
    const vector = table.getChildAt(index);
    const isTime = DataType.isTimestamp(field.type) || DataType.isDate(field.type);
    const numeric = DataType.isInt(field.type) || DataType.isFloat(field.type) || DataType.isDecimal(field.type);
    const decimals = DataType.isDecimal(field.type) ? 10 ** field.type.scale : 1;
    const name = result.columns[index]?.name ?? field.name;
    const type = result.columns[index]?.type ?? (DataType.isTimestamp(field.type) ? `timestamp ${TimeUnit[field.type.unit]}` : String(field.type));
    return { name, type, numeric, isTime, decimals, get: (row: number): unknown => vector?.get(row) };
  });
  const number = (row: number, index: number): number => {
    const column = columns[index];
    const value = column?.get(row);
    if (value === null || value === undefined || !column) return NaN;
    if (value instanceof Uint32Array) return decimalNumber(value) / column.decimals;
    return value instanceof Date || typeof value === 'bigint' || typeof value === 'number' ? Number(value) / column.decimals : NaN;
  };
  return {
    columns,
    rowCount: table.numRows,
    number,
    isTime: index => columns[index]?.isTime ?? false,
    cell: (row, index) => {
      const column = columns[index];
      const value = column?.get(row);
      if (value === null || value === undefined || !column) return '–';
      if (column.isTime) return formatUtc(number(row, index));
      if (value instanceof Uint32Array) return formatValue(number(row, index));
      if (typeof value === 'object' && Symbol.iterator in value && !(value instanceof Uint8Array)) return formatList(value as Iterable<unknown>);
      return formatValue(value);
    }
  };
}

function formatList(values: Iterable<unknown>): string {
  const shown: string[] = [];
  for (const value of values) {
    if (shown.length === 6) return `[${shown.join(', ')}, …]`;
    shown.push(formatValue(value, 20));
  }
  return `[${shown.join(', ')}]`;
}

/** A decimal's little-endian two's complement words as a number. */
export function decimalNumber(words: Uint32Array): number {
  const bits = BigInt(words.length * 32);
  let value = 0n;
  words.forEach((word, index) => (value |= BigInt(word) << BigInt(32 * index)));
  return Number(BigInt.asIntN(Number(bits), value));
}
