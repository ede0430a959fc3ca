import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { LittoralError } from '../../../engine/error';
import type { DeltaColumn } from '../../../engine/lake/delta-columns';
import type { DeltaFile } from '../../../engine/lake/delta-entry';
import type { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { isRecord } from '../../../engine/lake/record';
import { decompressors } from '../../sink/lake/decompressors';
import { fileBuffer } from '../../sink/lake/parquet-batches';
import type { LakeStorage } from '../../sink/lake/storage';

/** A row with the columns of its table, as JSON has it: times in ISO 8601, bytes in base64, what JSON has no number for as text. */
export type TableRow = Readonly<Record<string, unknown>>;

const MICROS_PER_MS = 1_000n;
const NANOS_PER_MS = 1_000_000n;
const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => instantText(value, 0n),
  timestampFromMicroseconds: (value: bigint) => instantText(value, MICROS_PER_MS),
  timestampFromNanoseconds: (value: bigint) => instantText(value, NANOS_PER_MS),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10)
};

/** The rows of a table at one version, file by file. Throws `LAKE_FILE` for a file that is gone or damaged. */
export async function* tableRows(storage: LakeStorage, snapshot: DeltaSnapshot): AsyncGenerator<TableRow> {
  for (const file of snapshot.files.values()) yield* fileRows(storage, snapshot, file);
}

/** The rows of one data file, row group by row group; columns that it lacks are null, partition columns come from the log. */
export async function* fileRows(storage: LakeStorage, snapshot: DeltaSnapshot, file: DeltaFile): AsyncGenerator<TableRow> {
  const { columns, partitionColumns } = snapshot.metaData;
  const path = `${snapshot.table}/${file.path}`;
  const bytes = await storage.read(path);
  if (bytes === null) throw unreadable(path, 'it is not there; a vacuum may have deleted it');
  if (bytes.byteLength !== file.bytes) throw unreadable(path, `it has ${bytes.byteLength} bytes, the log says ${file.bytes}`);
  const partition = Object.fromEntries(partitionColumns.map(name => [name, partitionValue(columns.find(column => column.name === name), file.partition[name] ?? null)]));
  const buffer = fileBuffer(bytes);
  const metadata = await readable(path, parquetMetadataAsync(buffer));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const row of await readable(path, parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd, utf8: false, parsers: PARSERS, compressors: decompressors }))) {
      yield Object.fromEntries(columns.map(({ name, type }) => [name, name in partition ? partition[name] : plain(path, name, type, Object.hasOwn(row, name) ? row[name] : null)]));
    }
    rowStart = rowEnd;
  }
}

async function readable<Result>(path: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(path: string, problem: string, cause?: unknown): LittoralError {
  return new LittoralError('LAKE_FILE', `lake file "${path}": ${problem}; expected a Parquet file as the log describes it. Restore it from a copy, or ask for another version.`, { cause, details: { path } });
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  boolean: ['boolean'],
  byte: ['number'],
  short: ['number'],
  integer: ['number'],
  long: ['bigint', 'number'],
  float: ['number'],
  double: ['number'],
  string: ['string'],
  date: ['string'],
  timestamp: ['string'],
  timestamp_ntz: ['string']
};

/** Refuses a value of another type than the table says: a wrong number is worse than none. */
function plain(path: string, name: string, type: unknown, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const kinds = typeof type === 'string' ? KINDS[type] : undefined;
  const isText = typeof value === 'string' && type === 'string';
  if (kinds !== undefined && !isText && !kinds.includes(typeof value)) throw unreadable(path, `column "${name}" holds a ${typeof value} where the table has ${String(type)}`);
  return jsonValue(value);
}

function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(jsonValue);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, jsonValue(each)]));
  return value ?? null;
}

/** Partition values are texts in the log. */
function partitionValue(column: DeltaColumn | undefined, text: string | null): unknown {
  if (text === null) return null;
  switch (column?.type) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return jsonValue(/^-?\d+$/.test(text) ? BigInt(text) : text);
    case 'float':
    case 'double':
      return jsonValue(Number(text));
    case 'boolean':
      return text === 'true';
    case 'timestamp':
      return partitionInstant(text);
    default:
      return text;
  }
}

/** `2026-01-31 12:00:00.5` or ISO 8601; without a zone it is UTC. */
function partitionInstant(text: string): string {
  const match = /^(\d{4,6}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (match === null) return text;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const date = new Date(`${day}T${time}${zone}`);
  const beyondMs = fraction.slice(3);
  const digits = `${fraction.slice(0, 3).padEnd(3, '0')}${/^0*$/.test(beyondMs) ? '' : beyondMs.padEnd(3, '0')}`;
  return Number.isNaN(date.getTime()) ? text : `${date.toISOString().slice(0, -4)}${digits}Z`;
}

/** `2026-01-31T12:00:00.000Z`, with micro- or nanoseconds where there are any. `perMs` 0: `value` is in milliseconds. */
function instantText(value: bigint, perMs: bigint): string {
  const unit = perMs === 0n ? 1n : perMs;
  const rest = ((value % unit) + unit) % unit;
  const date = new Date(Number((value - rest) / unit));
  if (Number.isNaN(date.getTime())) return `${value}`;
  const digits = rest === 0n ? '' : String(rest).padStart(String(unit).length - 1, '0');
  return date.toISOString().replace('Z', `${digits}Z`);
}
