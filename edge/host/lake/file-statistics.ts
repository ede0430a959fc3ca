import type { FileMetaData } from 'hyparquet';
import { isRecord } from '../../../engine/lake/record';
import type { AddedFile, DeltaTable } from './delta-log';
import type { FindingSink } from './finding';

type Ordered = number | string;

/** Texts of this length may be cut in a Parquet footer. */
const CUT_TEXT = 16;

/** Whether the log's statistics of a file, by which readers skip it, agree with those in the file's own footer. */
export function checkStatistics(file: AddedFile, footer: FileMetaData, log: DeltaTable, findings: FindingSink): void {
  if (file.stats === undefined || file.stats === null) return;
  const stats = parsed(file.stats);
  if (stats === null) return findings.add('STATISTICS', `"${file.path}": its statistics are not a JSON object.`);
  const { minValues, maxValues, nullCount } = stats;
  const [lows, highs, nulls] = [minValues, maxValues, nullCount].map(values => (isRecord(values) ? values : {}));
  for (const name of new Set([...Object.keys(lows ?? {}), ...Object.keys(highs ?? {}), ...Object.keys(nulls ?? {})])) {
    if (!log.columns.some(column => column.name === name) || log.partitionColumns.includes(name)) {
      findings.add('STATISTICS', `"${file.path}": its statistics name "${name}", which is no column of its file.`);
      continue;
    }
    const [low, high] = [ordered(lows?.[name]), ordered(highs?.[name])];
    const held = footerRange(footer, name);
    if (low !== null && high !== null && low > high) findings.add('STATISTICS', `"${file.path}": "${name}" has the minimum ${low} and the maximum ${high}.`);
    if (low !== null && typeof held.min === typeof low && held.min !== null && held.min < low) findings.add('STATISTICS', `"${file.path}": "${name}" has the minimum ${low} in the log, but ${held.min} in the file.`);
    if (high !== null && typeof held.max === typeof high && held.max !== null && held.max > high) findings.add('STATISTICS', `"${file.path}": "${name}" has the maximum ${high} in the log, but ${held.max} in the file.`);
    const counted = nulls?.[name];
    if (typeof counted === 'number' && held.nulls !== null && held.nulls !== counted) findings.add('STATISTICS', `"${file.path}": "${name}" has ${counted} nulls in the log, but ${held.nulls} in the file.`);
  }
}

function footerRange(footer: FileMetaData, name: string): { readonly min: Ordered | null; readonly max: Ordered | null; readonly nulls: number | null } {
  const columns = footer.row_groups.map(group => group.columns.find(column => column.meta_data?.path_in_schema.join('.') === name)?.meta_data?.statistics);
  const ends = (values: readonly (Ordered | null)[], take: (a: Ordered, b: Ordered) => Ordered): Ordered | null => {
    const known = values.filter(value => value !== null);
    return known.length === 0 ? null : known.reduce(take);
  };
  const counts = columns.map(statistics => statistics?.null_count ?? null);
  return {
    min: ends(columns.map(statistics => ordered(statistics?.min_value)), (a, b) => (a < b ? a : b)),
    max: ends(columns.map(statistics => ordered(statistics?.max_value)), (a, b) => (a > b ? a : b)),
    nulls: counts.includes(null) ? null : counts.reduce<number>((total, count) => total + Number(count ?? 0), 0)
  };
}

/** Times as milliseconds: writers may cut them to that in statistics. */
function ordered(value: unknown): Ordered | null {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length >= CUT_TEXT + 16) return null;
  return /^\d{4,6}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)) ? Date.parse(value) : value.length >= CUT_TEXT ? null : value;
}

function parsed(stats: unknown): Record<string, unknown> | null {
  if (typeof stats !== 'string') return null;
  try {
    const value: unknown = JSON.parse(stats);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
