import type { Batch } from '../batch/batch';
import { valueAt } from '../batch/value';
import { fieldIndex } from '../schema/schema';
import type { DeltaFile } from './delta-entry';

interface NewRows {
  readonly rows: Batch;
  readonly mergeBy: readonly string[];
  readonly partitionBy: readonly string[];
  readonly partitions: readonly (readonly (string | null)[])[];
}

type MayHold = (file: DeltaFile) => boolean;

/** The files that may hold a row with the key of a new row, by their partition and their statistics. */
export function filesToMerge(files: Iterable<DeltaFile>, { rows, mergeBy, partitionBy, partitions }: NewRows): DeltaFile[] {
  if (rows.rowCount === 0) return [];
  const conditions = mergeBy.map(name => {
    const folder = partitionBy.indexOf(name);
    return folder >= 0 ? inFolders(name, new Set(partitions.map(values => values[folder] ?? null))) : inRange(name, rows);
  });
  return [...files].filter(file => conditions.every(mayHold => mayHold(file)));
}

function inFolders(name: string, wanted: ReadonlySet<string | null>): MayHold {
  return file => wanted.has(file.partition[name] ?? null);
}

/** Nulls and NaN are outside every range, so that they rule nothing out. */
function inRange(name: string, rows: Batch): MayHold {
  const column = rows.columns[fieldIndex(rows.schema, name)];
  const everywhere: MayHold = () => true;
  if (column === undefined || column.kind === 'list') return everywhere;
  const asTime = column.kind === 'timestampMs';
  let low: number | string | null = null;
  let high: number | string | null = null;
  for (let row = 0; row < rows.rowCount; row++) {
    const value = valueAt(column, row);
    if ((typeof value !== 'number' && typeof value !== 'string') || Number.isNaN(value)) return everywhere;
    if (low === null || value < low) low = value;
    if (high === null || value > high) high = value;
  }
  return file => {
    const [min, max] = [bound(file.min[name], asTime), bound(file.max[name], asTime)];
    if (low === null || high === null || typeof min !== typeof low || typeof max !== typeof high || min === null || max === null) return true;
    // Writers may cut times in statistics to milliseconds.
    return min <= high && (typeof max === 'number' && asTime ? max + 1 : max) >= low;
  };
}

function bound(value: unknown, asTime: boolean): number | string | null {
  if (asTime) {
    const timeMs = Date.parse(String(value));
    return Number.isNaN(timeMs) ? null : timeMs;
  }
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}
