import { LittoralError } from '../error';
import { parseSchemaString, type DeltaColumn } from './delta-columns';
import { checkProtocol, type Protocol } from './delta-protocol';
import { isRecord } from './record';
import { decodePath } from './table-path';

/** A data file of a table, as its `add` action says. */
export interface DeltaFile {
  /** Relative to the table, decoded. */
  readonly path: string;
  readonly bytes: number;
  /** Partition column → text; the empty text is null, as the protocol says. */
  readonly partition: Readonly<Record<string, string | null>>;
  readonly rows: number | null;
  readonly min: Readonly<Record<string, unknown>>;
  readonly max: Readonly<Record<string, unknown>>;
  /** Statistics as they were written. */
  readonly stats: string | null;
  readonly modifiedMs: number;
  /** False: its rows were in the table before, only in other files. */
  readonly dataChange: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A file that is no longer part of a table. */
export interface DeltaRemove {
  readonly path: string;
  /** When it was removed; 0 when the log does not say. */
  readonly removedMs: number;
  readonly dataChange: boolean;
  readonly partition: Readonly<Record<string, string | null>>;
  readonly bytes: number;
}

export interface DeltaMetaData {
  readonly columns: readonly DeltaColumn[];
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** The action as it stands in the log. */
  readonly action: Readonly<Record<string, unknown>>;
}

/** What one version of a table says. */
export interface DeltaEntry {
  readonly version: number;
  readonly protocol: Protocol | null;
  readonly metaData: DeltaMetaData | null;
  readonly adds: readonly DeltaFile[];
  readonly removes: readonly DeltaRemove[];
  readonly transactions: readonly { readonly appId: string; readonly version: number; readonly updatedMs: number | null }[];
  readonly commitInfo: Readonly<Record<string, unknown>> | null;
  /** Number of `cdc` actions: files with the rows of a change, which are no part of the table. */
  readonly changeFiles: number;
}

const ENTRY_CHARACTERS_MAX = 64 * 1024 * 1024;

/** The actions in the text of log entry `version`. Throws `LAKE_TABLE` for what is not understood: ignoring it would give wrong rows. */
export function parseEntry(table: string, version: number, text: string): DeltaEntry {
  if (text.length > ENTRY_CHARACTERS_MAX) throw refusal(table, version, `an entry has ${text.length} characters, at most ${ENTRY_CHARACTERS_MAX} are read`);
  const actions: Record<string, unknown>[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    let action: unknown;
    try {
      action = JSON.parse(line);
    } catch {
      throw refusal(table, version, 'a line is not JSON');
    }
    if (!isRecord(action)) throw refusal(table, version, 'a line is no action');
    actions.push(action);
  }
  return entryOf(table, version, actions);
}

/** As `parseEntry`, for actions that are values already, of a checkpoint for example. */
export function entryOf(table: string, version: number, actions: readonly Readonly<Record<string, unknown>>[]): DeltaEntry {
  const refuse = (problem: string): LittoralError => refusal(table, version, problem);
  const of = (kind: string): Record<string, unknown>[] => actions.flatMap(action => (isRecord(action[kind]) ? [action[kind]] : []));
  const metaData = of('metaData').at(-1);
  const protocol = of('protocol').at(-1);
  return {
    version,
    protocol: protocol === undefined ? null : checkProtocol(protocol, refuse),
    metaData: metaData === undefined ? null : parseMetaData(metaData, refuse),
    adds: of('add').map(add => parseAdd(add, refuse)),
    removes: of('remove').map(remove => parseRemove(remove, refuse)),
    transactions: of('txn').map(txn => parseTransaction(txn, refuse)),
    commitInfo: of('commitInfo').at(-1) ?? null,
    changeFiles: of('cdc').length
  };
}

/** Refusal of a table that cannot be read rightly. */
export function refusal(table: string, version: number, problem: string): LittoralError {
  return new LittoralError('LAKE_TABLE', `lake table "${table}", version ${Math.max(0, version)}: ${problem}. Write the table with Littoral, or rewrite it for Delta reader version 1.`, {
    details: { table, version }
  });
}

function parseMetaData(action: Record<string, unknown>, refuse: (problem: string) => LittoralError): DeltaMetaData {
  const { format, configuration, partitionColumns } = action;
  if (isRecord(format) && format['provider'] !== undefined && format['provider'] !== 'parquet') throw refuse(`its files are ${String(format['provider'])}, expected parquet`);
  const settings = textRecord(configuration);
  const mapping = settings['delta.columnMapping.mode'];
  if (mapping !== undefined && mapping !== 'none') throw refuse(`column mapping "${mapping}" is on, which is not read`);
  if (!Array.isArray(partitionColumns) || !partitionColumns.every(name => typeof name === 'string')) throw refuse('partitionColumns is no list of names');
  const columns = parseSchemaString(action['schemaString'], refuse);
  const unknown = partitionColumns.find(name => !columns.some(column => column.name === name));
  if (unknown !== undefined) throw refuse(`it is partitioned by "${unknown}", which is no column`);
  return { columns, partitionColumns, configuration: settings, action };
}

function parseAdd(add: Record<string, unknown>, refuse: (problem: string) => LittoralError): DeltaFile {
  const path = pathOf(add['path'], refuse);
  if (add['deletionVector'] !== undefined && add['deletionVector'] !== null) throw refuse(`"${path}" has a deletion vector, which is not read`);
  const { size, modificationTime, dataChange, stats } = add;
  return {
    path,
    bytes: numberOf(size),
    partition: partitionOf(add['partitionValues']),
    ...parseStats(stats),
    stats: typeof stats === 'string' ? stats : null,
    modifiedMs: numberOf(modificationTime),
    dataChange: dataChange !== false,
    tags: textRecord(add['tags'])
  };
}

function parseRemove(remove: Record<string, unknown>, refuse: (problem: string) => LittoralError): DeltaRemove {
  return {
    path: pathOf(remove['path'], refuse),
    removedMs: numberOf(remove['deletionTimestamp']),
    dataChange: remove['dataChange'] !== false,
    partition: partitionOf(remove['partitionValues']),
    bytes: numberOf(remove['size'])
  };
}

function parseTransaction(txn: Record<string, unknown>, refuse: (problem: string) => LittoralError): DeltaEntry['transactions'][number] {
  const { appId, version, lastUpdated } = txn;
  if (typeof appId !== 'string' || (typeof version !== 'number' && typeof version !== 'bigint')) throw refuse('a txn lacks appId or version');
  return { appId, version: Number(version), updatedMs: typeof lastUpdated === 'number' || typeof lastUpdated === 'bigint' ? Number(lastUpdated) : null };
}

function pathOf(encoded: unknown, refuse: (problem: string) => LittoralError): string {
  const path = decodePath(encoded);
  if (path === null) throw refuse(`it names a file ${JSON.stringify(encoded)} outside the table`);
  return path;
}

function partitionOf(values: unknown): Record<string, string | null> {
  const partition: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(isRecord(values) ? values : {})) partition[name] = typeof value === 'string' && value !== '' ? value : null;
  return partition;
}

/** Numbers of checkpoints are bigint. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

function textRecord(value: unknown): Record<string, string> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {};
}

function parseStats(text: unknown): Pick<DeltaFile, 'rows' | 'min' | 'max'> {
  const none = { rows: null, min: {}, max: {} };
  if (typeof text !== 'string') return none;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return none;
  }
  if (!isRecord(value)) return none;
  const { numRecords, minValues, maxValues } = value;
  return {
    rows: typeof numRecords === 'number' ? numRecords : null,
    min: isRecord(minValues) ? minValues : {},
    max: isRecord(maxValues) ? maxValues : {}
  };
}
