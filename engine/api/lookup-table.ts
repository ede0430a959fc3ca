import type { Value } from '../batch/value';
import { valueAt } from '../batch/value';
import { CsvDecoder } from '../codec/csv';
import { RowBuilder } from '../codec/row-builder';
import { encodeUtf8 } from '../codec/utf8';
import { PlanError } from '../error';
import { ObjectReader } from '../plan/json-reader';
import type { TableCell, TableSpec } from '../plan/nodes/lookup-table';
import { parseTable, TABLE_LIMITS } from '../plan/nodes/lookup-table';
import type { Schema } from '../schema/schema';
import { given } from './given';
import type { Columns, Row, RowOfColumns, TypedSchema } from './row-types';

const CSV_LIMITS = { payloadBytesMax: 4 * 1024 * 1024, rowsMax: TABLE_LIMITS.rowsMax };

declare const columns: unique symbol;

/** A table to look up. */
export interface LookupTable<R extends Row> {
  readonly table: TableSpec;
  readonly [columns]?: R;
}

/** What a cell of a table may be; `null` in nullable columns, int64 beyond 2^53 as text. */
export type TableRow<R> = { readonly [N in keyof R]: R[N] | null };

export interface LookupTableOptions<C extends Columns> {
  /** Its columns: texts, numbers, times, true and false. */
  readonly schema: TypedSchema<C>;
  /** Its rows, at most 65 536; they become part of the Plan. */
  readonly rows: readonly TableRow<RowOfColumns<C>>[];
}
export interface LookupCsvOptions<C extends Columns> {
  readonly schema: TypedSchema<C>;
  /** The text of a CSV file; its first line names the columns, in any order. An empty field is null. */
  readonly csv: string;
}

/**
 * A table that rows are enriched from: `lookupTable({ schema: schema({ device: utf8(), limit: float64() }), rows: [{ device: 'b1', limit: 7.1 }] })`,
 * or from a file beside a pipeline file: `import limits from './limits.csv'` gives its text for `lookupTable({ schema, csv: limits })`,
 * `import rows from './limits.json'` its rows; a notebook fetches either.
 * It becomes part of the Plan, so the same table is validated, signed and deployed. Throws PlanError `PLAN_INVALID` for a value
 * that its column cannot hold, `LOOKUP_CSV` for a text that is not CSV of these columns.
 */
export function lookupTable<C extends Columns>(options: LookupTableOptions<C> | LookupCsvOptions<C>): LookupTable<RowOfColumns<C>> {
  const { schema } = given(options, 'lookupTable', '{ schema, rows }');
  const { fields } = given(schema, 'lookupTable.schema', 'schema({ … }) with its columns');
  const rows = 'csv' in options ? csvCells({ fields }, options.csv) : rowCells({ fields }, options.rows);
  return { table: parseTable(new ObjectReader({ schema: { fields }, rows }, 'lookupTable')) };
}

function rowCells({ fields }: Schema, rows: readonly Readonly<Record<string, unknown>>[]): unknown {
  if (!Array.isArray(rows)) return rows;
  return rows.map((row: Readonly<Record<string, unknown>>, index) => {
    const values = given(row, `lookupTable.rows[${index}]`, `a row, e.g. { ${fields[0]?.name ?? 'name'}: … }`);
    return fields.map(({ name }) => values[name] ?? null);
  });
}

function csvCells(schema: Schema, csv: unknown): TableCell[][] {
  const rows = new RowBuilder(schema);
  const seen = typeof csv === 'string' ? new CsvDecoder({ schema, limits: CSV_LIMITS }).decode(encodeUtf8(csv), rows) : null;
  if (typeof seen !== 'number') {
    throw new PlanError('LOOKUP_CSV', `lookupTable.csv: ${seen === null ? `got ${csv === null ? 'null' : `a ${typeof csv}`}` : seen.message}; expected the text of a CSV file whose first line names the columns ${schema.fields.map(({ name }) => name).join(', ')}. Correct the file or the schema.`, { details: { path: 'lookupTable.csv' } });
  }
  const { columns } = rows.build(new Float64Array(seen), new Float64Array(seen));
  return Array.from({ length: seen }, (_, row) => columns.map(column => cellOf(valueAt(column, row))));
}

/** A value as a table in a Plan has it. */
function cellOf(value: Value): TableCell {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'object' && value !== null ? null : value;
}
