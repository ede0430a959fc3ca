import { isRecord } from '../../../engine/lake/record';
import { decodePath } from '../../../engine/lake/table-path';
import { FILE_BYTES_MAX, type LakeStorage } from '../../sink/lake/storage';
import { applyMetadata, applyProtocol } from './log-metadata';
import type { FindingSink } from './finding';

/** A data file that the log names. */
export interface AddedFile {
  readonly version: number;
  /** Decoded path relative to the table. */
  readonly path: string;
  readonly size: number;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly stats: unknown;
  readonly numRecords: number | null;
  /** The SHA-256 that its tag gives. */
  readonly sha256: string | null;
  readonly writtenByLittoral: boolean;
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
  /** Every file that any version added. */
  readonly everAdded: ReadonlyMap<string, AddedFile>;
  /** Files that were part of the table at each version that has a checkpoint, in order of path. */
  readonly atCheckpoints: ReadonlyMap<number, readonly string[]>;
}

const ACTIONS = ['protocol', 'metaData', 'add', 'remove', 'txn', 'commitInfo', 'cdc', 'domainMetadata'];

export interface LogState {
  version: number;
  protocolSeen: boolean;
  metadataSeen: boolean;
  appendOnly: boolean;
  columns: readonly DeltaColumn[];
  partitionColumns: readonly string[];
  readonly files: Map<string, AddedFile>;
  readonly everAdded: Map<string, AddedFile>;
  readonly atCheckpoints: Map<number, readonly string[]>;
  readonly transactions: Map<string, number>;
}

interface Action {
  readonly kind: string;
  readonly body: Record<string, unknown>;
}

/**
 * Reads and checks every version of a table's log strictly by the protocol; violations go to `findings`. It shares no
 * reading of actions with the writer, so that an error of the writer's shows. `checkpoints`: the versions that have one.
 */
export async function readDeltaLog(storage: LakeStorage, table: string, checkpoints: readonly number[], findings: FindingSink): Promise<DeltaTable> {
  const state: LogState = {
    version: -1, protocolSeen: false, metadataSeen: false, appendOnly: false, columns: [], partitionColumns: [],
    files: new Map(), everAdded: new Map(), atCheckpoints: new Map(), transactions: new Map()
  };
  const names = (await storage.list(`${table}/_delta_log/`)).map(({ path }) => path).filter(path => /\/\d{20}\.json$/.test(path));
  for (const name of names) {
    const version = Number(name.slice(-25, -5));
    if (version !== state.version + 1) findings.add('LOG_GAP', `version ${version} follows version ${state.version}; versions must rise by one.`);
    state.version = version;
    applyEntry(await readActions(storage, name, version, findings), state, findings);
    if (version === 0 && !state.protocolSeen) findings.add('PROTOCOL', 'version 0 holds no protocol action.');
    if (version === 0 && !state.metadataSeen) findings.add('METADATA', 'version 0 holds no metaData action.');
    if (checkpoints.includes(version)) state.atCheckpoints.set(version, [...state.files.keys()].sort());
  }
  if (names.length === 0) findings.add('LOG_GAP', 'the log is empty; version 0 was expected.');
  return state;
}

async function readActions(storage: LakeStorage, path: string, version: number, findings: FindingSink): Promise<Action[]> {
  const bytes = await storage.read(path, FILE_BYTES_MAX);
  const text = bytes === null ? '' : Buffer.from(bytes).toString('utf8');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) findings.add('LOG_UNREADABLE', `version ${version} is empty; at least one action was expected.`);
  return lines.flatMap((line, index) => {
    const action = parseAction(line);
    if (action === null) findings.add('LOG_UNREADABLE', `version ${version}, line ${index + 1}: not one JSON object with one known action.`);
    return action === null ? [] : [action];
  });
}

function parseAction(line: string): Action | null {
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

function applyEntry(actions: readonly Action[], state: LogState, findings: FindingSink): void {
  const of = (kind: string): Record<string, unknown>[] => actions.filter(action => action.kind === kind).map(({ body }) => body);
  for (const body of of('protocol')) applyProtocol(body, state, findings);
  for (const body of of('metaData')) applyMetadata(body, state, findings);
  for (const body of of('txn')) applyTransaction(body, state, findings);
  const writtenByLittoral = of('commitInfo').some(info => String(info['engineInfo']).startsWith('littoral'));
  const [adds, removes] = [of('add'), of('remove')];
  checkDataChange(adds, removes, state, findings);
  for (const body of removes) applyRemove(body, state, findings);
  const removed = new Set(removes.map(({ path }) => decodePath(path)));
  for (const body of adds) {
    applyAdd(body, writtenByLittoral, state, findings);
    if (removed.has(decodePath(body['path']))) findings.add('FILE_TWICE', `version ${state.version} both removes and adds "${String(body['path'])}".`);
  }
}

/** Actions without a change of data must leave as many rows as there were; a table that only takes rows must lose none. */
function checkDataChange(adds: readonly Record<string, unknown>[], removes: readonly Record<string, unknown>[], state: LogState, findings: FindingSink): void {
  const loses = removes.find(body => body['dataChange'] !== false);
  if (state.appendOnly && loses !== undefined) findings.add('DATA_CHANGE', `version ${state.version} takes the rows of "${String(loses['path'])}" out of a table that is append-only.`);
  const flagless = [...adds, ...removes].find(body => typeof body['dataChange'] !== 'boolean');
  if (flagless !== undefined) findings.add('DATA_CHANGE', `version ${state.version}: "${String(flagless['path'])}" does not say whether it changes data.`);
  const before = sum(removes.filter(body => body['dataChange'] === false).map(body => state.files.get(decodePath(body['path']) ?? '')?.numRecords ?? null));
  const after = sum(adds.filter(body => body['dataChange'] === false).map(body => recordCount(body['stats'])));
  if (before !== null && after !== null && before !== after) findings.add('DATA_CHANGE', `version ${state.version} says that it changes no data, but takes out ${before} rows and puts in ${after}.`);
}

function sum(counts: readonly (number | null)[]): number | null {
  return counts.includes(null) ? null : counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}

function applyAdd(body: Record<string, unknown>, writtenByLittoral: boolean, state: LogState, findings: FindingSink): void {
  const path = decodePath(body['path']);
  const { partitionValues, tags, size, stats } = body;
  if (path === null) return findings.add('LOG_UNREADABLE', `version ${state.version}: add.path "${String(body['path'])}" is not a relative, URI-encoded path inside the table.`);
  if (typeof size !== 'number' || !isPartitionValues(partitionValues) || typeof body['modificationTime'] !== 'number') {
    return findings.add('LOG_UNREADABLE', `version ${state.version}: add of "${path}" lacks size, modificationTime or partitionValues.`);
  }
  if ('deletionVector' in body && body['deletionVector'] !== null) findings.add('PROTOCOL', `"${path}" has a deletion vector; it is not understood.`);
  if (state.files.has(path)) findings.add('FILE_TWICE', `"${path}" is added in version ${state.files.get(path)?.version ?? 0} and again in ${state.version}.`);
  checkPartition(path, partitionValues, state.partitionColumns, findings);
  const sha256 = isRecord(tags) && typeof tags['littoral.sha256'] === 'string' ? tags['littoral.sha256'] : null;
  const file: AddedFile = { version: state.version, path, size, partitionValues, stats, numRecords: recordCount(stats), sha256, writtenByLittoral };
  state.files.set(path, file);
  state.everAdded.set(path, file);
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
  if ('deletionVector' in body && body['deletionVector'] !== null) findings.add('PROTOCOL', `"${String(body['path'])}" is removed with a deletion vector; it is not understood.`);
  if (path === null || !state.files.delete(path)) findings.add('FILE_UNKNOWN', `version ${state.version} removes "${String(body['path'])}", which is not in the table.`);
}

function applyTransaction(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  const [appId, version] = [body['appId'], body['version']];
  if (typeof appId !== 'string' || typeof version !== 'number') return findings.add('LOG_UNREADABLE', `version ${state.version}: txn lacks appId or version.`);
  const before = state.transactions.get(appId);
  if (before !== undefined && version <= before) findings.add('TRANSACTION', `transaction ${version} of "${appId}" follows ${before}; it was written twice or out of order.`);
  state.transactions.set(appId, version);
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
