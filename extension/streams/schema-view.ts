import type { InferredSchema } from '../../worker/protocol';
import { typeName } from '../../engine/schema/schema';
import type { DataType } from '../../engine/schema/schema';
import { el } from '../ui/dom';
import { formatNumber, formatShare, formatUtcTime, plural } from '../ui/format';

type InferredColumn = InferredSchema['columns'][number];

function rangeWords(type: DataType, column: InferredColumn | undefined): string {
  if (!column) return '–';
  if (column.min === null || column.max === null) return column.example.slice(0, 24);
  return type === 'timestampMs' ? `${formatUtcTime(column.min).replace(' UTC', '')} … ${formatUtcTime(column.max)}` : `${formatNumber(column.min)} … ${formatNumber(column.max)}`;
}

/** Inferred columns: type, null share, min–max, "seen in n of n". The event time is marked. */
export function schemaView(inferred: InferredSchema): HTMLElement {
  const body = el('tbody');
  inferred.schema.fields.forEach((field, index) => {
    const column = inferred.columns[index];
    const isTime = field.name === inferred.eventTime;
    body.append(
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, field.name, isTime && el('span', { class: 'lt-tag', title: 'Looks like the event time: the record’s own clock.' }, 'event time')),
        el('td', {}, el('code', {}, typeName(field.type) + (field.nullable ? ' | null' : ''))),
        el('td', { class: 'lt-num' }, column ? formatShare(column.nullShare) : '–'),
        el('td', { class: 'lt-num' }, rangeWords(field.type, column)),
        el('td', { class: 'lt-num' }, column ? `${column.seen} of ${inferred.samples}` : '–')
      )
    );
  });
  return el(
    'div',
    {},
    el('p', { class: 'lt-hint' }, inferred.eventTime === null ? `From ${plural(inferred.samples, 'message')}. No column looks like an event time; choose one in the cell.` : `From ${plural(inferred.samples, 'message')}.`),
    el('div', { class: 'lt-scroll', tabindex: '0', role: 'region', 'aria-label': 'Inferred columns' }, el('table', { class: 'lt-table' }, el('thead', {}, el('tr', {}, ...['column', 'type', 'null', 'min … max', 'seen in'].map(name => el('th', {}, name)))), body)),
    ...inferred.errors.slice(0, 3).map(error => el('p', { class: 'lt-note lt-mod-warn' }, error.message))
  );
}
