import type { LakeService, LakeTable } from '../../worker/protocol';
import { textButton } from '../ui/controls';
import { el, fill, svg } from '../ui/dom';
import { formatBytes, formatCount, formatShare, plural } from '../ui/format';
import { calendarDays, partitionsOf, smallFileWarning } from './partitions';
import type { CalendarDay } from './partitions';
import { rowGroupsView } from './row-groups-view';

export interface TablePageOptions {
  readonly table: LakeTable;
  readonly url: string;
  readonly lake: () => LakeService;
  /** A file or partition that was chosen in the tree. */
  readonly file?: string;
  readonly partition?: string;
  readonly onQuery: (sql: string) => void;
}

const FILES_MAX = 200;

/** A table before any SQL: what it is, how it lies on disk, what could be better. */
export function tablePage(options: TablePageOptions): HTMLElement {
  const { table } = options;
  const warning = smallFileWarning(table);
  const partitions = partitionsOf(table);
  const days = calendarDays(table);
  return el(
    'div',
    { class: 'lt-table-page' },
    el(
      'p',
      { class: 'lt-facts' },
      [plural(table.rows, 'row'), formatBytes(table.bytes), plural(table.files.length, 'file'), table.partitionColumns.length > 0 ? `${plural(partitions.length, 'partition')} by ${table.partitionColumns.join(', ')}` : 'not partitioned', `version ${formatCount(table.version)}`].join(' · ')
    ),
    warning && el('p', { class: 'lt-note lt-mod-warn' }, `${formatCount(warning.small)} of ${plural(warning.total, 'file')} are smaller than 1 MB (${formatShare(warning.small / warning.total)}): queries spend their time opening files. Let the agent compact this table, or write less often.`),
    days.length > 0 && section('Rows per day', calendar(days)),
    section('Columns', columnsTable(table)),
    section('Files', filesTable(options))
  );
}

function section(title: string, content: HTMLElement): HTMLElement {
  return el('section', { 'aria-label': title }, el('h3', {}, title), content);
}

function columnsTable(table: LakeTable): HTMLElement {
  const body = el('tbody');
  for (const column of table.schema) {
    body.append(el('tr', {}, el('th', { scope: 'row' }, column.name, table.partitionColumns.includes(column.name) && el('span', { class: 'lt-tag' }, 'partition')), el('td', {}, el('code', {}, column.type)), el('td', {}, column.nullable ? 'nullable' : 'required')));
  }
  return el('table', { class: 'lt-table lt-fit' }, el('thead', {}, el('tr', {}, el('th', {}, 'column'), el('th', {}, 'type'), el('th', {}))), body);
}

function filesTable(options: TablePageOptions): HTMLElement {
  const { table } = options;
  const shown = options.partition === undefined ? table.files : (partitionsOf(table).find(partition => partition.path === options.partition)?.files ?? []);
  const detail = el('div');
  const show = (file: string): void => fill(detail, el('h3', {}, file), rowGroupsView({ lake: options.lake, url: options.url, table: table.name, file }));
  const body = el('tbody');
  for (const file of shown.slice(0, FILES_MAX)) {
    body.append(el('tr', {}, el('th', { scope: 'row' }, el('button', { type: 'button', class: 'lt-link', title: 'Show its row groups', onclick: () => show(file.path) }, file.path)), el('td', { class: 'lt-num' }, file.rows === null ? '–' : formatCount(file.rows)), el('td', { class: 'lt-num' }, formatBytes(file.bytes))));
  }
  if (options.file !== undefined) show(options.file);
  return el(
    'div',
    {},
    options.partition !== undefined && options.partition !== '' && el('p', {}, el('code', {}, options.partition), ' ', textButton({ label: 'Query this partition', onClick: () => options.onQuery(partitionSql(options.partition ?? '')) })),
    el('div', { class: 'lt-scroll lt-files', tabindex: '0', role: 'region', 'aria-label': 'Files' }, el('table', { class: 'lt-table lt-fit' }, el('thead', {}, el('tr', {}, el('th', {}, 'file'), el('th', { class: 'lt-num' }, 'rows'), el('th', { class: 'lt-num' }, 'bytes'))), body)),
    shown.length > FILES_MAX && el('p', { class: 'lt-hint' }, `and ${formatCount(shown.length - FILES_MAX)} more`),
    detail
  );
}

/** The WHERE clause of a partition path: `day=2026-11-22/device=b1`. */
export function partitionSql(path: string): string {
  const conditions = path.split('/').map(part => {
    const at = part.indexOf('=');
    const value = part.slice(at + 1);
    return value === 'null' ? `"${part.slice(0, at)}" IS NULL` : `"${part.slice(0, at)}" = '${value.replace(/'/g, "''")}'`;
  });
  return `WHERE ${conditions.join(' AND ')}`;
}

const CELL = 15;
const WEEKDAYS = ['Mon', '', 'Wed', '', 'Fri', '', 'Sun'];

function calendar(days: readonly CalendarDay[]): HTMLElement {
  const most = Math.max(1, ...days.map(day => day.rows));
  const columns = Math.max(...days.map(day => day.column)) + 1;
  const width = 34 + columns * CELL;
  const picture = svg('svg', { class: 'lt-calendar', width, height: 7 * CELL + 4, role: 'img', 'aria-label': days.map(day => `${day.day}: ${formatCount(day.rows)} rows`).slice(0, 60).join('; ') });
  WEEKDAYS.forEach((name, row) => picture.append(svg('text', { x: 0, y: row * CELL + 11 }, name)));
  for (const day of days) {
    const level = Math.max(1, Math.ceil((day.rows / most) * 4));
    picture.append(svg('rect', { class: `lt-level-${level}`, x: 34 + day.column * CELL, y: day.row * CELL, width: CELL - 3, height: CELL - 3, rx: 2 }, svg('title', {}, `${day.day}: ${plural(day.rows, 'row')}, ${plural(day.files, 'file')}, ${formatBytes(day.bytes)}`)));
  }
  return el('div', { class: 'lt-scroll' }, picture);
}
