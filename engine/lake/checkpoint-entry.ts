import { entryOf, type DeltaEntry } from './delta-entry';
import { isRecord } from './record';

/** The columns of a checkpoint that are read. */
export const CHECKPOINT_COLUMNS = ['protocol', 'metaData', 'txn', 'add', 'remove'];

/** The state of a table that the rows of its checkpoint say; each row holds one action. Throws `LAKE_TABLE`. */
export function checkpointEntry(table: string, version: number, rows: readonly Readonly<Record<string, unknown>>[]): DeltaEntry {
  return entryOf(table, version, rows.map(plain));
}

/** A row as the JSON of a log entry has it: numbers in place of big integers. */
function plain(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainValue);
  return isRecord(value) ? plain(value) : value;
}
