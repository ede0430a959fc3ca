import { readdir, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { FindingSink } from './finding';

/** A data file that the log names. */
export interface AddedFile {
  readonly version: number;
  /** Decoded path relative to the table. */
  readonly path: string;
  readonly size: number;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly numRecords: number | null;
}
export interface DeltaColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}
/** What a Delta log says once all its versions are applied. */
export interface DeltaTable {
  readonly version: number;
  readonly columns: readonly DeltaColumn[];
  readonly partitionColumns: readonly string[];
  readonly files: ReadonlyMap<string, AddedFile>;
}

const ENTRY_BYTES_MAX = 64 * 1024 * 1024;
const READER_VERSION_MAX = 1;
const WRITER_VERSION_MAX = 2;
const ACTIONS = ['protocol', 'metaData', 'add', 'remove', 'txn', 'commitInfo', 'cdc', 'domainMetadata'];

interface LogState {
  version: number;
  protocolSeen: boolean;
  metadataSeen: boolean;
  columns: readonly DeltaColumn[];
  partitionColumns: readonly string[];
  readonly files: Map<string, AddedFile>;
  readonly transactions: Map<string, number>;
}

/** Reads and checks every version of the log in `tableDir`, strictly by the protocol; violations go to `findings`. */
export async function readDeltaLog(tableDir: string, findings: FindingSink): Promise<DeltaTable> {
  const state: LogState = { version: -1, protocolSeen: false, metadataSeen: false, columns: [], partitionColumns: [], files: new Map(), transactions: new Map() };
  const logDir = join(tableDir, '_delta_log');
  const names = (await readdir(logDir)).filter(name => /^\d{20}\.json$/.test(name)).sort();
  for (const name of names) {
    const version = Number(name.slice(0, 20));
    if (version !== state.version + 1) findings.add('LOG_GAP', `version ${version} follows version ${state.version}; versions must rise by one.`);
    state.version = version;
    await readEntry(join(logDir, name), state, findings);
    if (version === 0 && !state.protocolSeen) findings.add('PROTOCOL', 'version 0 holds no protocol action.');
    if (version === 0 && !state.metadataSeen) findings.add('METADATA', 'version 0 holds no metaData action.');
  }
  if (names.length === 0) findings.add('LOG_GAP', 'the log is empty; version 0 was expected.');
  return state;
}

async function readEntry(path: string, state: LogState, findings: FindingSink): Promise<void> {
  const { size } = await stat(path);
  if (size > ENTRY_BYTES_MAX) return findings.add('LOG_UNREADABLE', `version ${state.version} has ${size} bytes; at most ${ENTRY_BYTES_MAX} are read.`);
  let lineNumber = 0;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    lineNumber++;
    const action = parseAction(line);
    if (action === null) findings.add('LOG_UNREADABLE', `version ${state.version}, line ${lineNumber}: not one JSON object with one known action.`);
    else applyAction(action.kind, action.body, state, findings);
  }
}

function parseAction(line: string): { kind: string; body: Record<string, unknown> } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const [entry, ...others] = isRecord(value) ? Object.entries(value) : [];
  if (entry === undefined || others.length > 0) return null;
  const [kind, body] = entry;
  return ACTIONS.includes(kind) && isRecord(body) ? { kind, body } : null;
}

function applyAction(kind: string, body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  if (kind === 'protocol') applyProtocol(body, state, findings);
  else if (kind === 'metaData') applyMetadata(body, state, findings);
  else if (kind === 'add') applyAdd(body, state, findings);
  else if (kind === 'remove') applyRemove(body, state, findings);
  else if (kind === 'txn') applyTransaction(body, state, findings);
}

function applyProtocol(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  state.protocolSeen = true;
  const [reader, writer] = [body['minReaderVersion'], body['minWriterVersion']];
  if (typeof reader === 'number' && typeof writer === 'number' && reader <= READER_VERSION_MAX && writer <= WRITER_VERSION_MAX) return;
  findings.add('PROTOCOL', `reader ${String(reader)} and writer ${String(writer)} are asked for; at most ${READER_VERSION_MAX} and ${WRITER_VERSION_MAX} are understood.`);
}

function applyMetadata(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  state.metadataSeen = true;
  const columns = parseColumns(body['schemaString']);
  const partitions = body['partitionColumns'];
  if (columns === null) return findings.add('METADATA', `version ${state.version}: schemaString is not a struct of named columns.`);
  if (!Array.isArray(partitions) || !partitions.every(name => typeof name === 'string')) {
    return findings.add('METADATA', `version ${state.version}: partitionColumns is not a list of names.`);
  }
  for (const name of partitions) {
    if (!columns.some(column => column.name === name)) findings.add('METADATA', `partition column "${name}" is not in the schema.`);
  }
  const configuration = body['configuration'];
  if (isRecord(configuration) && 'delta.columnMapping.mode' in configuration && configuration['delta.columnMapping.mode'] !== 'none') {
    findings.add('PROTOCOL', `column mapping "${String(configuration['delta.columnMapping.mode'])}" is on; it is not understood.`);
  }
  state.columns = columns;
  state.partitionColumns = partitions;
}

function parseColumns(schemaString: unknown): readonly DeltaColumn[] | null {
  if (typeof schemaString !== 'string') return null;
  let schema: unknown;
  try {
    schema = JSON.parse(schemaString);
  } catch {
    return null;
  }
  if (!isRecord(schema) || schema['type'] !== 'struct' || !Array.isArray(schema['fields'])) return null;
  const columns: DeltaColumn[] = [];
  for (const field of schema['fields']) {
    if (!isRecord(field) || typeof field['name'] !== 'string' || typeof field['nullable'] !== 'boolean') return null;
    const type = field['type'];
    columns.push({ name: field['name'], nullable: field['nullable'], type: typeof type === 'string' ? type : JSON.stringify(type) });
  }
  return columns;
}

function applyAdd(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  const path = decodePath(body['path']);
  const partitionValues = body['partitionValues'];
  if (path === null) return findings.add('LOG_UNREADABLE', `version ${state.version}: add.path "${String(body['path'])}" is not a relative, URI-encoded path inside the table.`);
  if (typeof body['size'] !== 'number' || !isPartitionValues(partitionValues)) {
    return findings.add('LOG_UNREADABLE', `version ${state.version}: add of "${path}" lacks size or partitionValues.`);
  }
  if ('deletionVector' in body && body['deletionVector'] !== null) findings.add('PROTOCOL', `"${path}" has a deletion vector; it is not understood.`);
  if (state.files.has(path)) findings.add('FILE_TWICE', `"${path}" is added in version ${state.files.get(path)?.version ?? 0} and again in ${state.version}.`);
  checkPartition(path, partitionValues, state.partitionColumns, findings);
  state.files.set(path, { version: state.version, path, size: body['size'], partitionValues, numRecords: recordCount(body['stats']) });
}

function checkPartition(path: string, values: Readonly<Record<string, string | null>>, columns: readonly string[], findings: FindingSink): void {
  const names = Object.keys(values);
  if (names.length !== columns.length || !columns.every(name => name in values)) {
    findings.add('PARTITION', `"${path}" has partition values for ${names.join(', ') || 'nothing'}; the table is partitioned by ${columns.join(', ') || 'nothing'}.`);
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === '') findings.add('PARTITION', `"${path}": partition "${name}" is the empty text, which readers take for null; null must be written.`);
  }
}

function applyRemove(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  const path = decodePath(body['path']);
  if (path === null || !state.files.delete(path)) findings.add('FILE_UNKNOWN', `version ${state.version} removes "${String(body['path'])}", which is not in the table.`);
}

function applyTransaction(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  const [appId, version] = [body['appId'], body['version']];
  if (typeof appId !== 'string' || typeof version !== 'number') return findings.add('LOG_UNREADABLE', `version ${state.version}: txn lacks appId or version.`);
  const before = state.transactions.get(appId);
  if (before !== undefined && version <= before) findings.add('TRANSACTION', `transaction ${version} of "${appId}" follows ${before}; it was written twice or out of order.`);
  state.transactions.set(appId, version);
}

function decodePath(path: unknown): string | null {
  if (typeof path !== 'string') return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const parts = decoded.split('/');
  return decoded === '' || /^[a-z][a-z0-9+.-]*:/i.test(decoded) || /[\\\0]/.test(decoded) || parts.some(part => part === '' || part === '.' || part === '..') ? null : decoded;
}

function recordCount(stats: unknown): number | null {
  if (typeof stats !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(stats);
  } catch {
    return null;
  }
  return isRecord(value) && typeof value['numRecords'] === 'number' ? value['numRecords'] : null;
}

function isPartitionValues(value: unknown): value is Record<string, string | null> {
  return isRecord(value) && Object.values(value).every(item => item === null || typeof item === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
