import { isRecord } from '../../engine/lake/record';

/** What a query reads of one table. */
export interface Scan {
  readonly table: string;
  /** Columns that are put out or filtered by. */
  readonly columns: readonly string[];
  /** Conditions that every row must meet, as DuckDB prints them. */
  readonly filters: readonly string[];
}

/**
 * The table scans in the JSON that `EXPLAIN (FORMAT JSON)` prints. A table that is scanned twice gives two scans.
 * `columnsOf` tells the columns of a table; what is not one of the lake's tables gives null and is passed over.
 */
export function readScans(explained: string, columnsOf: (table: string) => readonly string[] | null): Scan[] {
  const scans: Scan[] = [];
  const visit = (node: unknown, above: readonly string[]): void => {
    if (Array.isArray(node)) {
      for (const child of node) visit(child, above);
      return;
    }
    if (!isRecord(node)) return;
    const info = isRecord(node['extra_info']) ? node['extra_info'] : {};
    const name = String(node['name'] ?? '').trim();
    if (name === 'SEQ_SCAN') {
      const table = lastPart(String(info['Table'] ?? ''));
      const columns = columnsOf(table);
      if (columns !== null) scans.push(scanOf(table, columns, texts(info['Projections']), [...texts(info['Filters']), ...above]));
    }
    visit(node['children'], name === 'FILTER' ? texts(info['Expression']) : []);
  };
  visit(JSON.parse(explained), []);
  return scans;
}

function scanOf(table: string, columns: readonly string[], projections: readonly string[], filters: readonly string[]): Scan {
  const needed = columns.filter(column => projections.includes(column) || filters.some(filter => mentions(filter, column)));
  return { table, columns: needed, filters };
}

/** Whether the name of `column` stands in `filter`, possibly inside a literal: once too often costs a column, not a row. */
export function mentions(filter: string, column: string): boolean {
  const escaped = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w])${escaped}($|[^\\w])`).test(filter) || filter.includes(`"${column.replaceAll('"', '""')}"`);
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

/** DuckDB prints `shape.vibration` or `memory.shape.vibration` when the table is not in the default schema. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
