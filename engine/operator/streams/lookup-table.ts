import type { Batch } from '../../batch/batch';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../../codec/column-builder';
import { RowBuilder } from '../../codec/row-builder';
import { assert, PlanError } from '../../error';
import type { TableCell, TableSpec } from '../../plan/nodes/lookup-table';
import type { RowKey } from './row-keys';
import { RowKeys } from './row-keys';

/** The rows of a table in a Plan. */
export function tableRows({ schema, rows }: TableSpec): Batch {
  const builder = new RowBuilder(schema);
  for (const row of rows) row.forEach((value, index) => append(builder.columns[index]!, value));
  return builder.build(new Float64Array(rows.length), new Float64Array(rows.length));
}

/** Row of each key of `table`; a row with a null in its key is never found. PlanError `LOOKUP_KEY` when two rows have one key. */
export function rowByKey(table: Batch, on: readonly string[], path: string): ReadonlyMap<RowKey, number> {
  const keys = new RowKeys(table.schema, on);
  const rows = new Map<RowKey, number>();
  for (let row = 0; row < table.rowCount; row++) {
    const key = keys.keyOf(table, row);
    if (key === null) continue;
    const other = rows.get(key);
    if (other !== undefined) {
      const shown = on.length === 1 ? `"${String(key)}"` : 'the same key';
      throw new PlanError('LOOKUP_KEY', `lookup at ${path}: rows ${other} and ${row} of the table both have ${shown} in ${on.join(', ')}; a key finds one row. Remove one of them, or add the columns that tell them apart to "on".`, { details: { path } });
    }
    rows.set(key, row);
  }
  return rows;
}

function append(column: RowBuilder['columns'][number], value: TableCell): void {
  if (value === null) column.appendNull();
  else if (column instanceof Utf8Builder) column.append(String(value));
  else if (column instanceof Int64Builder) column.appendBigInt(BigInt(value));
  else {
    assert(column instanceof NumberBuilder, 'a table has texts and numbers');
    column.append(Number(value));
  }
}
