import type { RowOut } from '../../engine/api/host';
import { el } from '../ui/dom';
import { scrollRegion, table } from '../ui/table';
import type { TableCell, TableColumn } from '../ui/table';
import { formatUtc, formatUtcTime, formatValue } from '../ui/format';

const COLUMNS_MAX = 40;
const WINDOW_COLUMNS: ReadonlySet<string> = new Set(['windowStartMs', 'windowEndMs']);

/** Newest rows out: one table per sink, newest first. */
export function rowsTable(rows: readonly RowOut[]): HTMLElement {
  const bySink = new Map<string, RowOut[]>();
  for (const row of rows) bySink.set(row.sink, [...(bySink.get(row.sink) ?? []), row]);
  if (bySink.size === 0) return el('p', { class: 'lt-hint' }, 'No row has left the pipeline yet.');
  return el('div', {}, ...[...bySink].map(([sink, sinkRows]) => sinkTable(sink, sinkRows)));
}

function sinkTable(sink: string, rows: readonly RowOut[]): HTMLElement {
  const names = [...new Set(rows.flatMap(row => Object.keys(row.row)))].slice(0, COLUMNS_MAX);
  const columns: readonly TableColumn[] = [{ name: 'event time', number: true }, ...names.map(name => ({ name, number: typeof rows[0]?.row[name] === 'number' }))];
  const cells = rows.map(row => [{ content: formatUtcTime(row.eventTimeMs), title: `${formatUtc(row.eventTimeMs)}, released by input ${row.at}` }, ...names.map(name => cell(name, row.row[name]))]);
  return scrollRegion(`Newest rows of ${sink}`, table(columns, cells, { caption: `${sink}, newest ${rows.length}` }));
}

function cell(column: string, value: unknown): TableCell {
  const isTime = typeof value === 'number' && WINDOW_COLUMNS.has(column);
  return isTime ? { content: formatUtcTime(value), title: formatUtc(value) } : formatValue(value, 60);
}
