import type { LakeFile, LakeTable } from '../../worker/protocol';

/** Files that share their partition values: `day=2026-11-22, device=b1`. */
export interface Partition {
  /** `day=2026-11-22/device=b1`; empty for a table without partitions. */
  readonly path: string;
  readonly values: Readonly<Record<string, string | null>>;
  readonly files: readonly LakeFile[];
  readonly rows: number;
  readonly bytes: number;
}

const naturally = new Intl.Collator('en', { numeric: true }).compare;

/** The partitions of a table in natural order of their path. */
export function partitionsOf(table: Pick<LakeTable, 'files' | 'partitionColumns'>): readonly Partition[] {
  const found = new Map<string, LakeFile[]>();
  for (const file of table.files) {
    const path = table.partitionColumns.map(column => `${column}=${file.partition[column] ?? 'null'}`).join('/');
    const files = found.get(path);
    if (files) files.push(file);
    else found.set(path, [file]);
  }
  return [...found]
    .sort(([a], [b]) => naturally(a, b))
    .map(([path, files]) => ({ path, values: files[0]?.partition ?? {}, files, rows: files.reduce((sum, file) => sum + (file.rows ?? 0), 0), bytes: files.reduce((sum, file) => sum + file.bytes, 0) }));
}

const SMALL_BYTES = 1_000_000;
const FEW_FILES = 8;

/** The warning about many small files, or null: more than 8 files of which most are under 1 MB. */
export function smallFileWarning(table: Pick<LakeTable, 'files'>): { readonly small: number; readonly total: number } | null {
  const total = table.files.length;
  const small = table.files.filter(file => file.bytes < SMALL_BYTES).length;
  return total > FEW_FILES && small * 2 > total ? { small, total } : null;
}

/** One day of the calendar: column = week, row = weekday (Monday 0). */
export interface CalendarDay {
  readonly day: string;
  readonly column: number;
  readonly row: number;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
}

const DAY_MS = 86_400_000;

/** Days (UTC) of a column `day` in the form `YYYY-MM-DD`, placed week by week; empty when there is no such column. */
export function calendarDays(table: Pick<LakeTable, 'files' | 'partitionColumns'>): readonly CalendarDay[] {
  if (!table.partitionColumns.includes('day')) return [];
  const days = new Map<string, { rows: number; bytes: number; files: number }>();
  for (const file of table.files) {
    const day = file.partition['day'];
    if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(`${day}T00:00:00Z`))) continue;
    const sum = days.get(day) ?? { rows: 0, bytes: 0, files: 0 };
    days.set(day, { rows: sum.rows + (file.rows ?? 0), bytes: sum.bytes + file.bytes, files: sum.files + 1 });
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  const first = sorted[0];
  if (!first) return [];
  const weekday = (timeMs: number): number => (new Date(timeMs).getUTCDay() + 6) % 7;
  const firstMs = Date.parse(`${first[0]}T00:00:00Z`);
  const mondayMs = firstMs - weekday(firstMs) * DAY_MS;
  return sorted.map(([day, sums]) => {
    const timeMs = Date.parse(`${day}T00:00:00Z`);
    return { day, column: Math.floor((timeMs - mondayMs) / (7 * DAY_MS)), row: weekday(timeMs), ...sums };
  });
}
