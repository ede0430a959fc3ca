import type { LakeService, LakeTable } from '../../worker/protocol';
import { textButton } from '../ui/controls';
import { el, fill, svg } from '../ui/dom';
import { formatBytes, formatCount, formatShare, plural } from '../ui/format';
import { scrollRegion, table } from '../ui/table';
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
  const shown = options.table;
  const days = calendarDays(shown);
  return el(
    'div',
    { class: 'lt-table-page' },
    el('p', { class: 'lt-facts' }, tableFacts(shown)),
    warningOf(shown),
    days.length > 0 && section('Rows per day', calendar(days)),
    section('Columns', columnsTable(shown)),
    section('Files', filesTable(options))
  );
}

function tableFacts(shown: LakeTable): string {
  const by = shown.partitionColumns.join(', ');
  const partitions = by === '' ? 'not partitioned' : `${plural(partitionsOf(shown).length, 'partition')} by ${by}`;
  return [plural(shown.rows, 'row'), formatBytes(shown.bytes), plural(shown.files.length, 'file'), partitions, `version ${formatCount(shown.version)}`].join(' · ');
}

function warningOf(shown: LakeTable): HTMLElement | null {
  const warning = smallFileWarning(shown);
  if (!warning) return null;
  const share = `${formatCount(warning.small)} of ${plural(warning.total, 'file')} are smaller than 1 MB (${formatShare(warning.small / warning.total)})`;
  return el('p', { class: 'lt-note lt-mod-warn' }, `${share}: queries spend their time opening files. Write less often, or compact the table.`);
}

function section(title: string, content: HTMLElement): HTMLElement {
  return el('section', { 'aria-label': title }, el('h3', {}, title), content);
}

function columnsTable(lakeTable: LakeTable): HTMLElement {
  const rows = lakeTable.schema.map(column => {
    const mark = lakeTable.partitionColumns.includes(column.name) && el('span', { class: 'lt-tag' }, 'partition');
    return [{ content: [column.name, mark] }, el('code', {}, column.type), column.nullable ? 'nullable' : 'required'];
  });
  return table([{ name: 'column', heading: true }, { name: 'type' }, { name: '' }], rows, { fit: true });
}

function filesTable(options: TablePageOptions): HTMLElement {
  const { partition } = options;
  const shown = partition === undefined ? options.table.files : (partitionsOf(options.table).find(entry => entry.path === partition)?.files ?? []);
  const detail = el('div');
  const show = (file: string): void => fill(detail, el('h3', {}, file), rowGroupsView({ lake: options.lake, url: options.url, table: options.table.name, file }));
  const link = (path: string): HTMLElement => el('button', { type: 'button', class: 'lt-link', title: 'Show its row groups', onclick: () => show(path) }, path);
  const rows = shown.slice(0, FILES_MAX).map(file => [link(file.path), file.rows === null ? '–' : formatCount(file.rows), formatBytes(file.bytes)]);
  if (options.file !== undefined) show(options.file);
  return el(
    'div',
    {},
    partition && el('p', {}, el('code', {}, partition), ' ', textButton({ label: 'Query this partition', onClick: () => options.onQuery(partitionSql(partition)) })),
    scrollRegion('Files', table([{ name: 'file', heading: true }, { name: 'rows', number: true }, { name: 'bytes', number: true }], rows, { fit: true }), 'lt-files'),
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
