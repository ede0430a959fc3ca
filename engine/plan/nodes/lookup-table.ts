import type { DataType, Schema } from '../../schema/schema';
import { isList } from '../../schema/schema';
import { describe, ObjectReader, planInvalid } from '../json-reader';
import { parseSchema } from '../parse-schema';

/** One value of a table; int64 beyond 2^53 as text. */
export type TableCell = string | number | boolean | null;

/** A table within a Plan: rows of values in the order of the columns. */
export interface TableSpec {
  readonly schema: Schema;
  readonly rows: readonly (readonly TableCell[])[];
}

/** Bounds of a table within a Plan. */
export const TABLE_LIMITS = { rowsMax: 65_536, textLengthMax: 4_096 } as const;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INT32_MAX = 2_147_483_647;

/** A table, read strictly from untrusted JSON: every value is one of its column's type. */
export function parseTable(reader: ObjectReader): TableSpec {
  const schema = parseSchema(reader.raw('schema'), reader.at('schema'));
  schema.fields.forEach(({ name, type }, index) => {
    if (isList(type) || type === 'binary') throw planInvalid(`${reader.at('schema')}.fields[${index}].type`, `column "${name}" holds ${isList(type) ? 'lists' : 'bytes'}`, 'texts, numbers, times or true and false; a table has nothing else');
  });
  const rows = reader.list('rows', 0, TABLE_LIMITS.rowsMax, (item, path) => parseRow(item, schema, path));
  reader.end();
  return { schema, rows };
}

function parseRow(json: unknown, { fields }: Schema, path: string): readonly TableCell[] {
  const cells = new ObjectReader({ row: json }, path).list('row', fields.length, fields.length, item => item);
  return cells.map((value, index) => {
    const { name, type, nullable } = fields[index]!;
    if (value === null && nullable) return null;
    const cell = cellOf(value, type);
    if (cell === null) throw planInvalid(`${path}[${index}]`, describe(value), `a value of column "${name}": ${wordsFor(type)}${nullable ? ' or null' : ''}`);
    return cell;
  });
}

/** `value` if it is one of `type`, else null. */
function cellOf(value: unknown, type: DataType): TableCell {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? value : null;
    case 'utf8':
      return typeof value === 'string' && value.length <= TABLE_LIMITS.textLengthMax ? value : null;
    case 'int64':
      return isInt64(value) ? value : null;
    case 'int32':
      return typeof value === 'number' && Number.isInteger(value) && value >= -INT32_MAX - 1 && value <= INT32_MAX ? value : null;
    case 'timestampMs':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
    default:
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }
}

function isInt64(value: unknown): value is number | string {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'string' || !/^-?\d{1,19}$/u.test(value)) return false;
  const exact = BigInt(value);
  return exact >= INT64_MIN && exact <= INT64_MAX;
}

function wordsFor(type: DataType): string {
  if (type === 'bool') return 'true or false';
  if (type === 'utf8') return `a text of at most ${TABLE_LIMITS.textLengthMax} characters`;
  if (type === 'int64') return 'a whole number, beyond 2^53 as text';
  if (type === 'timestampMs') return 'whole milliseconds since the epoch';
  return type === 'int32' ? 'a whole number from -2^31 to 2^31 - 1' : 'a number';
}
