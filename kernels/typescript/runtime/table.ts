import { inspect } from './inspect';

/** Rows of named columns, cut to what one looks at. */
export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly rowCount: number;
}

const ROWS_MAX = 50;
const COLUMNS_MAX = 50;
const CELL_CHARS = 60;

/** A table of row objects, or `null` when `value` is not a non-empty list of plain objects. */
export function tableOfRows(value: unknown): TableData | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const shown = value.slice(0, ROWS_MAX) as unknown[];
  if (!shown.every(isRow)) return null;
  const columns = [...new Set(shown.flatMap(row => Object.keys(row)))].slice(0, COLUMNS_MAX);
  if (columns.length === 0) return null;
  return { columns, rows: shown.map(row => columns.map(column => dataProperty(row, column))), rowCount: value.length };
}

function isRow(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function dataProperty(row: object, column: string): unknown {
  return Object.getOwnPropertyDescriptor(row, column)?.value as unknown;
}

interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly numRows: number;
  get(index: number): unknown;
}

/** A table of an Apache Arrow table, or `null`. */
export function tableOfArrow(value: unknown): TableData | null {
  if (!isArrowTable(value)) return null;
  const columns = value.schema.fields.slice(0, COLUMNS_MAX).map(field => field.name);
  const rows = Array.from({ length: Math.min(value.numRows, ROWS_MAX) }, (_unused, index) => {
    const row: unknown = value.get(index);
    return columns.map(column => (typeof row === 'object' && row !== null ? (Reflect.get(row, column) as unknown) : undefined));
  });
  return { columns, rows, rowCount: value.numRows };
}

function isArrowTable(value: unknown): value is ArrowTable {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, numRows, get, batches } = value as Partial<Record<'schema' | 'numRows' | 'get' | 'batches', unknown>>;
  if (typeof schema !== 'object' || schema === null || !('fields' in schema) || !Array.isArray(schema.fields)) return false;
  return typeof numRows === 'number' && typeof get === 'function' && Array.isArray(batches);
}

export function tableText(table: TableData): string {
  const cells = [table.columns.map(String), ...table.rows.map(row => row.map(cellText))];
  const widths = table.columns.map((_column, index) => Math.max(...cells.map(row => (row[index] ?? '').length)));
  const lines = cells.map(row => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ').trimEnd());
  return [...lines, ...remainder(table)].join('\n');
}

export function tableHtml(table: TableData): string {
  const head = table.columns.map(column => `<th>${escapeHtml(column)}</th>`).join('');
  const body = table.rows.map(row => `<tr>${row.map(cell => `<td${typeof cell === 'number' || typeof cell === 'bigint' ? ' style="text-align:right"' : ''}>${escapeHtml(cellText(cell))}</td>`).join('')}</tr>`);
  const note = remainder(table).map(line => `<p>${escapeHtml(line)}</p>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>${note}`;
}

function remainder(table: TableData): string[] {
  return table.rowCount > table.rows.length ? [`… ${table.rowCount - table.rows.length} more rows (${table.rowCount} in all)`] : [];
}

function cellText(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : inspect(value, { depth: 2, entriesMax: 8, charsMax: CELL_CHARS }).replaceAll(/\s*\n\s*/g, ' ');
  return text.length > CELL_CHARS ? `${text.slice(0, CELL_CHARS - 1)}…` : text;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
