import { Data, Dictionary, Field, Int32, RecordBatch, Schema, Struct, Table, Timestamp, Utf8, makeData, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import type { DataType, Vector } from 'apache-arrow';

/** Rows of one data file, and what is the same for all of them. */
export interface FileRows {
  readonly ipc: Uint8Array;
  /** Number of the file within its piece. */
  readonly file: number;
  /** Values of the partition columns, in their order. */
  readonly partition: readonly (string | null)[];
}

/**
 * The rows of several files as one Arrow IPC stream, with the partition columns and the column `fileColumn` added.
 * Timestamps lose their time zone: DuckDB-WASM makes TIMESTAMPTZ of zoned ones, whose functions need an extension.
 */
export function mergeFiles(files: readonly FileRows[], partitionColumns: readonly string[], fileColumn: string): Uint8Array {
  const dictionaries = partitionColumns.map((_, index) => new TextDictionary(files.map(file => file.partition[index] ?? null)));
  const batches: RecordBatch[] = [];
  let schema: Schema | null = null;
  for (const file of files) {
    const table = tableFromIPC(file.ipc);
    const own = table.schema.fields.map(withoutZone);
    schema ??= new Schema([...own, ...partitionColumns.map((name, index) => new Field(name, dictionaries[index]?.type ?? new Utf8(), true)), new Field(fileColumn, new Int32(), false)]);
    const { fields } = schema;
    for (const batch of table.batches) {
      const children = batch.data.children.map((child, index) => withType(child, fields[index]?.type ?? child.type));
      for (const [index, dictionary] of dictionaries.entries()) children.push(dictionary.column(file.partition[index] ?? null, batch.numRows));
      children.push(makeData({ type: new Int32(), data: new Int32Array(batch.numRows).fill(file.file) }));
      batches.push(new RecordBatch(schema, makeData({ type: new Struct(fields), length: batch.numRows, nullCount: 0, children })));
    }
  }
  if (schema === null) throw new Error('there are no files to merge');
  return tableToIPC(new Table(schema, batches), 'stream');
}

/** One dictionary for a column over all batches: a new one per batch would be sent again with each. */
class TextDictionary {
  readonly type = new Dictionary(new Utf8(), new Int32());
  private readonly vector: Vector<Utf8>;
  private readonly codes = new Map<string, number>();

  constructor(values: readonly (string | null)[]) {
    for (const value of values) if (value !== null && !this.codes.has(value)) this.codes.set(value, this.codes.size);
    this.vector = vectorFromArray([...this.codes.keys(), ''], new Utf8());
  }

  column(value: string | null, length: number): Data {
    const code = value === null ? 0 : (this.codes.get(value) ?? 0);
    const nulls = value === null ? { nullCount: length, nullBitmap: new Uint8Array(Math.ceil(length / 8)) } : {};
    return makeData({ type: this.type, length, data: new Int32Array(length).fill(code), dictionary: this.vector, ...nulls });
  }
}

function withoutZone(field: Field): Field {
  return isZoned(field.type) ? new Field(field.name, new Timestamp(field.type.unit, null), field.nullable) : field;
}

function isZoned(type: DataType): type is Timestamp {
  return type instanceof Timestamp && type.timezone !== null && type.timezone !== undefined;
}

function withType(data: Data, type: DataType): Data {
  return isZoned(data.type) ? data.clone(type) : data;
}
