import { LittoralError } from '../../engine/error';
import { isInside, isRecord } from './manifest';

/** A data file of a table. */
export interface DeltaFile {
  /** Relative to the table, decoded. */
  readonly path: string;
  readonly bytes: number;
  readonly partition: Readonly<Record<string, string | null>>;
  readonly rows: number | null;
  readonly min: Readonly<Record<string, unknown>>;
  readonly max: Readonly<Record<string, unknown>>;
}
export interface DeltaColumn {
  readonly name: string;
  /** Delta's own type: a name, or JSON for nested ones. */
  readonly type: unknown;
  readonly nullable: boolean;
}
export interface DeltaTable {
  readonly name: string;
  readonly version: number;
  readonly columns: readonly DeltaColumn[];
  readonly partitionColumns: readonly string[];
  readonly files: readonly DeltaFile[];
}

const READER_VERSION_MAX = 1;
const ENTRY_CHARACTERS_MAX = 64 * 1024 * 1024;
const FILES_MAX = 500_000;

/**
 * A Delta table from the texts of its log, version 0 first. What this reader does not understand (deletion vectors,
 * column mapping, newer protocols, other formats) is refused: ignoring it would give wrong rows.
 */
export class DeltaLogReader {
  private version = -1;
  private columns: readonly DeltaColumn[] | null = null;
  private partitionColumns: readonly string[] = [];
  private readonly files = new Map<string, DeltaFile>();

  constructor(private readonly table: string) {}

  /** Version that `apply` expects next. */
  get nextVersion(): number {
    return this.version + 1;
  }

  apply(text: string): void {
    if (text.length > ENTRY_CHARACTERS_MAX) throw this.refuse(`an entry has ${text.length} characters, at most ${ENTRY_CHARACTERS_MAX} are read`);
    this.version += 1;
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      let action: unknown;
      try {
        action = JSON.parse(line);
      } catch {
        throw this.refuse('a line is not JSON');
      }
      if (!isRecord(action)) throw this.refuse('a line is no action');
      if (isRecord(action['protocol'])) this.applyProtocol(action['protocol']);
      if (isRecord(action['metaData'])) this.applyMetaData(action['metaData']);
      if (isRecord(action['add'])) this.applyAdd(action['add']);
      if (isRecord(action['remove'])) this.applyRemove(action['remove']);
    }
  }

  result(): DeltaTable {
    if (this.columns === null) throw this.refuse('there is no metaData action');
    return { name: this.table, version: this.version, columns: this.columns, partitionColumns: this.partitionColumns, files: [...this.files.values()] };
  }

  private applyProtocol(protocol: Record<string, unknown>): void {
    const version = protocol['minReaderVersion'];
    if (typeof version === 'number' && version <= READER_VERSION_MAX) return;
    throw this.refuse(`it needs Delta reader version ${String(version)}, this one is version ${READER_VERSION_MAX}; deletion vectors and column mapping are not read`);
  }

  private applyMetaData(metaData: Record<string, unknown>): void {
    const format = metaData['format'];
    if (isRecord(format) && format['provider'] !== undefined && format['provider'] !== 'parquet') throw this.refuse(`its files are ${String(format['provider'])}, expected parquet`);
    const configuration = metaData['configuration'];
    const mapping = isRecord(configuration) ? configuration['delta.columnMapping.mode'] : undefined;
    if (mapping !== undefined && mapping !== 'none') throw this.refuse(`column mapping "${String(mapping)}" is on, which is not read`);
    const partitions = metaData['partitionColumns'];
    if (!Array.isArray(partitions) || !partitions.every(name => typeof name === 'string')) throw this.refuse('partitionColumns is no list of names');
    this.columns = this.parseSchema(metaData['schemaString']);
    this.partitionColumns = partitions;
  }

  private parseSchema(schemaString: unknown): DeltaColumn[] {
    let schema: unknown;
    try {
      schema = JSON.parse(String(schemaString));
    } catch {
      throw this.refuse('its schemaString is not JSON');
    }
    const fields: unknown = isRecord(schema) ? schema['fields'] : null;
    if (!Array.isArray(fields)) throw this.refuse('its schemaString has no fields');
    return fields.map((field: unknown) => {
      if (!isRecord(field) || typeof field['name'] !== 'string') throw this.refuse('a field of its schema has no name');
      const { metadata } = field;
      if (isRecord(metadata) && 'delta.columnMapping.physicalName' in metadata) throw this.refuse('a column is mapped to another name, which is not read');
      return { name: field['name'], type: field['type'], nullable: field['nullable'] !== false };
    });
  }

  private applyAdd(add: Record<string, unknown>): void {
    const path = this.decodePath(add['path']);
    if (add['deletionVector'] !== undefined && add['deletionVector'] !== null) throw this.refuse(`"${path}" has a deletion vector, which is not read`);
    if (this.files.size >= FILES_MAX) throw this.refuse(`it has more than ${FILES_MAX} files`);
    const partition: Record<string, string | null> = {};
    const values = add['partitionValues'];
    for (const [name, value] of Object.entries(isRecord(values) ? values : {})) partition[name] = typeof value === 'string' && value !== '' ? value : null;
    const stats = parseStats(add['stats']);
    const bytes = add['size'];
    this.files.set(path, { path, bytes: typeof bytes === 'number' ? bytes : 0, partition, ...stats });
  }

  private applyRemove(remove: Record<string, unknown>): void {
    this.files.delete(this.decodePath(remove['path']));
  }

  private decodePath(path: unknown): string {
    let decoded: string | null = null;
    try {
      decoded = decodeURIComponent(String(path));
    } catch {
      decoded = null;
    }
    if (decoded === null || !isInside(decoded)) throw this.refuse(`it names a file ${JSON.stringify(path)} outside the table`);
    return decoded;
  }

  private refuse(problem: string): LittoralError {
    return new LittoralError('LAKE_TABLE', `lake table "${this.table}", version ${Math.max(0, this.version)}: ${problem}. Write the table with Littoral, or rewrite it for Delta reader version 1.`, {
      details: { table: this.table, version: this.version }
    });
  }
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
