import type { RowOut } from '../../engine/api/host';
import { el } from '../ui/dom';
import { formatUtc, formatUtcTime, formatValue } from '../ui/format';

const WINDOW_COLUMNS: ReadonlySet<string> = new Set(['windowStartMs', 'windowEndMs']);

/** Newest rows out: one table per sink, newest first. */
export function rowsTable(rows: readonly RowOut[]): HTMLElement {
  const bySink = new Map<string, RowOut[]>();
  for (const row of rows) bySink.set(row.sink, [...(bySink.get(row.sink) ?? []), row]);
  if (bySink.size === 0) return el('p', { class: 'lt-hint' }, 'No row has left the pipeline yet.');
  return el('div', {}, ...[...bySink].map(([sink, sinkRows]) => sinkTable(sink, sinkRows)));
}

function sinkTable(sink: string, rows: readonly RowOut[]): HTMLElement {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row.row)))].slice(0, 40);
  const body = el('tbody');
  for (const row of rows) {
    body.append(
      el('tr', {}, el('td', { class: 'lt-num', title: `${formatUtc(row.eventTimeMs)}, released by input ${row.at}` }, formatUtcTime(row.eventTimeMs)), ...columns.map(column => cell(column, row.row[column])))
    );
  }
  return el(
    'div',
    { class: 'lt-scroll', tabindex: '0', role: 'region', 'aria-label': `Newest rows of ${sink}` },
    el('table', { class: 'lt-table' }, el('caption', {}, `${sink}, newest ${rows.length}`), el('thead', {}, el('tr', {}, el('th', { class: 'lt-num' }, 'event time'), ...columns.map(column => el('th', { class: typeof rows[0]?.row[column] === 'number' ? 'lt-num' : null }, column)))), body)
  );
}

function cell(column: string, value: unknown): HTMLElement {
  const isTime = typeof value === 'number' && WINDOW_COLUMNS.has(column);
  return el('td', { class: typeof value === 'number' ? 'lt-num' : null, title: isTime ? formatUtc(value) : null }, isTime ? formatUtcTime(value) : formatValue(value, 60));
}
