import type { QueryResult } from '../../worker/protocol';
import { formatBytes, formatCount, formatDuration, plural } from '../ui/format';

/** What a query cost: `12 of 480 files, 3.1 MB fetched, 42 ms`. */
export function costWords(cost: QueryResult['cost']): string {
  return `${formatCount(cost.filesRead)} of ${plural(cost.filesTotal, 'file')}, ${formatBytes(cost.bytesFetched)} fetched, ${formatDuration(cost.milliseconds)}`;
}

/** How many rows came: `1 204 rows` or `the first 10 000 rows`. */
export function rowsWords(result: Pick<QueryResult, 'rowCount' | 'truncated'>): string {
  return result.truncated ? `the first ${plural(result.rowCount, 'row')}` : plural(result.rowCount, 'row');
}

/** A table's name in SQL: quoted unless it is a plain word. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`;
}
