import { el } from './dom';
import type { Child } from './dom';

export interface TableColumn {
  readonly name: string;
  /** Right-aligned, tabular figures. */
  readonly number?: boolean;
  /** Names its row (`th scope="row"`). */
  readonly heading?: boolean;
  /** Long text breaks instead of pushing the table wide. */
  readonly wrap?: boolean;
}
export type TableCell = Child | { readonly content: Child | readonly Child[]; readonly title?: string; readonly style?: 'good' | 'bad' | 'quiet' };

/** A small table of texts and elements: one array per row, in the order of the columns. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[], options: { readonly caption?: string; readonly fit?: boolean } = {}): HTMLTableElement {
  const head = el('tr', {}, ...columns.map(column => el('th', { class: column.number ? 'lt-num' : null }, column.name)));
  const body = el('tbody', {}, ...rows.map(row => el('tr', {}, ...columns.map((column, index) => cellElement(column, row[index])))));
  return el('table', { class: options.fit ? 'lt-table lt-fit' : 'lt-table' }, options.caption !== undefined && el('caption', {}, options.caption), el('thead', {}, head), body);
}

/** A region that scrolls sideways and can be reached by keyboard. */
export function scrollRegion(label: string, content: HTMLElement, className = ''): HTMLElement {
  return el('div', { class: `lt-scroll ${className}`.trim(), tabindex: '0', role: 'region', 'aria-label': label }, content);
}

function cellElement(column: TableColumn, cell: TableCell): HTMLElement {
  const plain = isPlain(cell);
  const classes = [column.number ? 'lt-num' : '', column.wrap ? 'lt-wrap' : '', plain || cell.style === undefined ? '' : `lt-${cell.style}`].filter(name => name !== '').join(' ');
  const attributes = { class: classes || null, title: plain ? null : cell.title };
  const content: readonly Child[] = plain ? [cell] : isList(cell.content) ? cell.content : [cell.content];
  return column.heading ? el('th', { ...attributes, scope: 'row' }, ...content) : el('td', attributes, ...content);
}

function isPlain(cell: TableCell): cell is Child {
  return typeof cell !== 'object' || cell === null || cell instanceof Node;
}

function isList(content: Child | readonly Child[]): content is readonly Child[] {
  return Array.isArray(content);
}
