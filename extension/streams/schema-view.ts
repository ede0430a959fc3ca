import type { InferredSchema } from '../../worker/protocol';
import { typeName } from '../../engine/schema/schema';
import type { DataType } from '../../engine/schema/schema';
import { el } from '../ui/dom';
import { scrollRegion, table } from '../ui/table';
import type { TableCell, TableColumn } from '../ui/table';
import { formatNumber, formatShare, formatUtcTime, plural } from '../ui/format';

type InferredColumn = InferredSchema['columns'][number];

function rangeWords(type: DataType, column: InferredColumn | undefined): string {
  if (!column) return '–';
  if (column.min === null || column.max === null) return column.example.slice(0, 24);
  return type === 'timestampMs' ? `${formatUtcTime(column.min).replace(' UTC', '')} … ${formatUtcTime(column.max)}` : `${formatNumber(column.min)} … ${formatNumber(column.max)}`;
}

const COLUMNS: readonly TableColumn[] = [{ name: 'column', heading: true }, { name: 'type' }, { name: 'null', number: true }, { name: 'min … max', number: true }, { name: 'seen in', number: true }];

/** Inferred columns: type, null share, min–max, "seen in n of n". The event time is marked. */
export function schemaView(inferred: InferredSchema): HTMLElement {
  const rows = inferred.schema.fields.map((field, index): readonly TableCell[] => {
    const column = inferred.columns[index];
    const mark = field.name === inferred.eventTime && el('span', { class: 'lt-tag', title: 'Looks like the event time: the record’s own clock.' }, 'event time');
    const seen = column ? `${column.seen} of ${inferred.samples}` : '–';
    return [{ content: [field.name, mark] }, el('code', {}, typeName(field.type) + (field.nullable ? ' | null' : '')), column ? formatShare(column.nullShare) : '–', rangeWords(field.type, column), seen];
  });
  const from = `From ${plural(inferred.samples, 'message')}.`;
  return el(
    'div',
    {},
    el('p', { class: 'lt-hint' }, inferred.eventTime === null ? `${from} No column looks like an event time; choose one in the cell.` : from),
    scrollRegion('Inferred columns', table(COLUMNS, rows)),
    ...inferred.errors.slice(0, 3).map(error => el('p', { class: 'lt-note lt-mod-warn' }, error.message))
  );
}
