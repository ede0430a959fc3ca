import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { versionText } from '../../../engine/lake/delta-text';
import { encodePath } from '../../../engine/lake/table-path';
import { CREATED_BY } from './parquet-file';
import type { LakeStorage } from './storage';

/** A checkpoint is written with every version that this divides, unless the table says otherwise. */
export const CHECKPOINT_VERSIONS = 100;
/** Files removed longer ago are forgotten by checkpoints, as Delta's `deletedFileRetentionDuration` has it. */
export const REMOVED_MS_MAX = 7 * 86_400_000;

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
const leaf = (name: string, type: Partial<SchemaElement>): SchemaElement[] => [{ name, repetition_type: 'OPTIONAL', ...type }];
const text = (name: string): SchemaElement[] => leaf(name, TEXT);
const long = (name: string): SchemaElement[] => leaf(name, { type: 'INT64' });
const int = (name: string): SchemaElement[] => leaf(name, { type: 'INT32' });
const bool = (name: string): SchemaElement[] => leaf(name, { type: 'BOOLEAN' });
const struct = (name: string, ...children: readonly SchemaElement[][]): SchemaElement[] => [{ name, repetition_type: 'OPTIONAL', num_children: children.length }, ...children.flat()];
const textMap = (name: string): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'MAP', logical_type: { type: 'MAP' }, num_children: 1 },
  { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
  { name: 'key', repetition_type: 'REQUIRED', ...TEXT },
  ...text('value')
];
const textList = (name: string): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...text('element')
];

/** Classic checkpoint of PROTOCOL.md for tables of reader version 1 and writer version 2. */
const COLUMNS: Readonly<Record<string, readonly SchemaElement[]>> = {
  txn: struct('txn', text('appId'), long('version'), long('lastUpdated')),
  add: struct('add', text('path'), textMap('partitionValues'), long('size'), long('modificationTime'), bool('dataChange'), text('stats'), textMap('tags')),
  remove: struct('remove', text('path'), long('deletionTimestamp'), bool('dataChange'), bool('extendedFileMetadata'), textMap('partitionValues'), long('size')),
  metaData: struct(
    'metaData',
    text('id'),
    text('name'),
    text('description'),
    struct('format', text('provider'), textMap('options')),
    text('schemaString'),
    textList('partitionColumns'),
    textMap('configuration'),
    long('createdTime')
  ),
  protocol: struct('protocol', int('minReaderVersion'), int('minWriterVersion'))
};

/** Writes the state of a table as a checkpoint and points `_last_checkpoint` at it; does nothing when there is one. */
export async function writeCheckpoint(storage: LakeStorage, snapshot: DeltaSnapshot): Promise<void> {
  const folder = `${snapshot.table}/_delta_log`;
  const actions = checkpointActions(snapshot);
  const bytes = checkpointFile(actions);
  if (!(await storage.create(`${folder}/${versionText(snapshot.version)}.checkpoint.parquet`, bytes))) return;
  const hint = { version: snapshot.version, size: actions.length, sizeInBytes: bytes.byteLength, numOfAddFiles: snapshot.files.size };
  await storage.delete(`${folder}/_last_checkpoint`);
  await storage.create(`${folder}/_last_checkpoint`, new TextEncoder().encode(JSON.stringify(hint)));
}

function checkpointFile(actions: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
  const names = Object.keys(COLUMNS);
  const schema: SchemaElement[] = [{ name: 'schema', num_children: names.length }, ...Object.values(COLUMNS).flat()];
  const columnData = names.map(name => ({ name, data: actions.map(action => action[name] ?? null) }));
  return new Uint8Array(parquetWriteBuffer({ schema, columnData, codec: 'SNAPPY', createdBy: CREATED_BY, rowGroupSize: 100_000 }));
}

function checkpointActions(snapshot: DeltaSnapshot): Readonly<Record<string, unknown>>[] {
  const { protocol, metaData, transactions, files, removed } = snapshot;
  const { id, name, description, format, schemaString, partitionColumns, configuration, createdTime } = metaData.action;
  return [
    { protocol: { minReaderVersion: protocol.minReaderVersion, minWriterVersion: protocol.minWriterVersion } },
    { metaData: { id, name, description, format, schemaString, partitionColumns, configuration, createdTime: bigOrNull(createdTime) } },
    ...[...transactions.values()].map(({ appId, version, updatedMs }) => ({ txn: { appId, version: BigInt(version), lastUpdated: bigOrNull(updatedMs) } })),
    ...[...files.values()].map(file => ({
      add: { path: encodePath(file.path), partitionValues: file.partition, size: big(file.bytes), modificationTime: big(file.modifiedMs), dataChange: false, stats: file.stats, tags: file.tags }
    })),
    ...[...removed.values()].map(({ path, removedMs, partition, bytes }) => ({
      remove: { path: encodePath(path), deletionTimestamp: big(removedMs), dataChange: false, extendedFileMetadata: true, partitionValues: partition, size: big(bytes) }
    }))
  ];
}

function big(value: number): bigint {
  return BigInt(Math.round(value));
}

function bigOrNull(value: unknown): bigint | null {
  return typeof value === 'number' ? big(value) : null;
}
