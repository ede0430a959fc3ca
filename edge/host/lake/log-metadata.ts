import { isRecord } from '../../../engine/lake/record';
import type { DeltaColumn, LogState } from './delta-log';
import type { FindingSink } from './finding';

const READER_VERSION_MAX = 1;
const WRITER_VERSION_MAX = 2;

export function applyProtocol(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
  state.protocolSeen = true;
  const [reader, writer] = [body['minReaderVersion'], body['minWriterVersion']];
  if (typeof reader === 'number' && typeof writer === 'number' && reader <= READER_VERSION_MAX && writer <= WRITER_VERSION_MAX) return;
  findings.add('PROTOCOL', `reader ${String(reader)} and writer ${String(writer)} are asked for; at most ${READER_VERSION_MAX} and ${WRITER_VERSION_MAX} are understood.`);
}

export function applyMetadata(body: Record<string, unknown>, state: LogState, findings: FindingSink): void {
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
  const { configuration, format } = body;
  if (isRecord(format) && format['provider'] !== 'parquet') findings.add('METADATA', `its files are ${String(format['provider'])}; parquet was expected.`);
  if (isRecord(configuration) && 'delta.columnMapping.mode' in configuration && configuration['delta.columnMapping.mode'] !== 'none') {
    findings.add('PROTOCOL', `column mapping "${String(configuration['delta.columnMapping.mode'])}" is on; it is not understood.`);
  }
  if (String(body['schemaString']).includes('"delta.columnMapping.')) findings.add('PROTOCOL', 'a column is mapped to another name; it is not understood.');
  state.appendOnly = isRecord(configuration) && configuration['delta.appendOnly'] === 'true';
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
