import type { TableCell, TableSpec } from '../plan/nodes/lookup-table';
import { parseTable } from '../plan/nodes/lookup-table';
import { ObjectReader } from '../plan/json-reader';
import { given } from './given';
import type { Columns, Row, RowOfColumns, TypedSchema } from './row-types';
import type { HasColumns } from './steps/stream-columns';

/** A table to look up. */
export interface LookupTable<R extends Row> extends HasColumns<R> {
  readonly table: TableSpec;
}

/** What a cell of a table may be; `null` in nullable columns, int64 beyond 2^53 as text. */
export type TableRow<R> = { readonly [N in keyof R]: R[N] | null };

export interface LookupTableOptions<C extends Columns> {
  /** Its columns: texts, numbers, times, true and false. */
  readonly schema: TypedSchema<C>;
  /** Its rows, at most 65 536; they become part of the Plan. */
  readonly rows: readonly TableRow<RowOfColumns<C>>[];
}

/**
 * A table that rows are enriched from: `lookupTable({ schema: schema({ device: utf8(), limit: float64() }), rows: [{ device: 'b1', limit: 7.1 }] })`.
 * It becomes part of the Plan, so the same table is validated, signed and deployed. Throws PlanError `PLAN_INVALID` for a value that its column cannot hold.
 */
export function lookupTable<C extends Columns>(options: LookupTableOptions<C>): LookupTable<RowOfColumns<C>> {
  const { schema, rows } = given(options, 'lookupTable', '{ schema, rows }');
  const { fields } = given(schema, 'lookupTable.schema', 'schema({ … }) with its columns');
  const cells = [...rows].map((row, index) => {
    const values: Readonly<Record<string, unknown>> = given(row, `lookupTable.rows[${index}]`, `a row, e.g. { ${fields[0]?.name ?? 'name'}: … }`);
    return fields.map(({ name }) => (values[name] ?? null) as TableCell);
  });
  return { table: parseTable(new ObjectReader({ schema: { fields }, rows: cells }, 'lookupTable')) };
}
