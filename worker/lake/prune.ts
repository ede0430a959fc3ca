import { identifier, literal } from './database';
import type { DeltaTable } from './delta-log';
import { duckdbType } from './delta-types';
import { mentions } from './scan-plan';

/** Types whose minimum and maximum in a Delta log every writer means alike. */
const ORDERED = new Set(['byte', 'short', 'integer', 'long', 'float', 'double', 'date', 'timestamp', 'timestamp_ntz']);

/** Table of the files of `table`, a row per file: partition values, and `min:x`, `max:x` of the columns in `statistics`. */
export function filesTableSql(target: string, table: DeltaTable, statistics: readonly string[]): string {
  const typeOf = (name: string): string => duckdbType(name, table.columns.find(column => column.name === name)?.type ?? 'string');
  const names = ['file', ...table.partitionColumns, ...statistics.flatMap(name => [`min:${name}`, `max:${name}`])];
  const types = ['INTEGER', ...table.partitionColumns.map(typeOf), ...statistics.flatMap(name => [typeOf(name), typeOf(name)])];
  const rows = table.files.map((file, index) => {
    const values = [...table.partitionColumns.map(name => file.partition[name] ?? null), ...statistics.flatMap(name => [file.min[name] ?? null, file.max[name] ?? null])];
    return `(${[String(index), ...values.map((value, at) => valueSql(value, types[at + 1] ?? 'VARCHAR'))].join(',')})`;
  });
  return `CREATE OR REPLACE TABLE ${target} AS SELECT * FROM (VALUES ${rows.join(',')}) AS files(${names.map(identifier).join(',')})`;
}

function valueSql(value: unknown, type: string): string {
  if (value === null || (typeof value !== 'string' && typeof value !== 'number')) return `NULL::${type}`;
  return `TRY_CAST(${literal(String(value).replace(/Z$/, ''))} AS ${type})`;
}

/** Columns that a filter compares and the log has an order for. */
export function statisticsFor(table: DeltaTable, filters: readonly string[]): string[] {
  return table.columns
    .filter(column => typeof column.type === 'string' && ORDERED.has(column.type) && !table.partitionColumns.includes(column.name))
    .filter(column => filters.some(filter => mentions(filter, column.name)))
    .map(column => column.name);
}

/**
 * Conditions on the table of files that a file with matching rows meets. A filter that says nothing about partitions or
 * simple bounds gives none: too many files are slower, too few would be wrong.
 */
export function fileConditions(table: DeltaTable, filters: readonly string[], statistics: readonly string[]): string[] {
  const others = table.columns.map(column => column.name).filter(name => !table.partitionColumns.includes(name));
  const conditions: string[] = [];
  for (const raw of filters) {
    const filter = raw.replace(/^optional: /, '');
    if (filter.includes('Dynamic Filter')) continue;
    if (!others.some(name => mentions(filter, name))) conditions.push(`(${filter})`);
    else for (const part of conjuncts(filter)) conditions.push(...boundCondition(part, table, statistics));
  }
  return conditions;
}

/** Parts joined by AND at the top, when nothing else is in the way. */
function conjuncts(filter: string): string[] {
  return /\bOR\b|\bCASE\b|\bBETWEEN\b/.test(filter) ? [] : filter.split(/\s+AND\s+(?=(?:[^']*'[^']*')*[^']*$)/);
}

function boundCondition(part: string, table: DeltaTable, statistics: readonly string[]): string[] {
  const match = /^\(?"?([\w ]+?)"?\s*(>=|<=|=|>|<)\s*('(?:[^']|'')*'(?:::\w+)?|-?[\d.eE+-]+)\)?$/.exec(part.trim());
  if (match === null) return [];
  const [, name = '', operator = '', constant = ''] = match;
  if (!statistics.includes(name)) return [];
  const type = String(table.columns.find(column => column.name === name)?.type);
  const unless = (side: 'min' | 'max', condition: string): string => {
    const column = identifier(`${side}:${name}`);
    // The protocol lets writers cut timestamps to milliseconds: the true maximum is below the next one.
    const cut = side === 'max' && type.startsWith('timestamp');
    return `(${column} IS NULL OR ${cut ? `${column} + INTERVAL 1 MILLISECOND > ${constant}` : `${column} ${condition} ${constant}`})`;
  };
  const conditions: string[] = [];
  // NaN is larger than every number in DuckDB, but in no maximum.
  const hasNaN = type === 'float' || type === 'double';
  if (operator === '=') conditions.push(unless('max', '>='), unless('min', '<='));
  else if (operator.startsWith('<')) conditions.push(unless('min', operator));
  else if (!hasNaN) conditions.push(unless('max', operator));
  return conditions;
}
