/**
 * Schema: named, typed, nullable columns. One schema compiles to Arrow, Parquet, Flink SQL and ONNX
 * (`type-table.ts`), so that a column means the same thing wherever the rows go.
 */
export type ScalarType = 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'utf8' | 'timestampMs' | 'binary';

/** A signal: a list of numbers, of fixed `size` or variable. */
export interface ListType {
  readonly list: 'int32' | 'float32' | 'float64';
  readonly size?: number;
}

export type DataType = ScalarType | ListType;

export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Unit for people and for the lake's metadata, e.g. `m/s²`. */
  readonly unit?: string;
  /** What travels with the column and with everything computed from it. */
  readonly tags?: FieldTags;
}

/** How confidential a column is, the least first. */
export type Classification = 'public' | 'internal' | 'confidential' | 'pii' | 'secret';

export interface FieldTags {
  readonly classification?: Classification;
  /** Where the values come from: `node/topic#column` of a source, or words of the user's. */
  readonly lineage?: readonly string[];
  /** Name of the key with which the host encrypts the column when it leaves; never the key. */
  readonly encryption?: string;
  /** True: the host writes a token (HMAC-SHA-256) in place of the encrypted value, by which rows can be joined. */
  readonly token?: true;
  /** In a column that has been encrypted: the type before. */
  readonly plaintextType?: DataType;
}

export interface Schema {
  readonly fields: readonly Field[];
}

export function isList(type: DataType): type is ListType {
  return typeof type === 'object';
}

export function isNumeric(type: DataType): type is 'int32' | 'int64' | 'float32' | 'float64' {
  return type === 'int32' || type === 'int64' || type === 'float32' || type === 'float64';
}

/** The type as text for messages and the schema drawer: `float64`, `list<float32>`, `list<float64, 100>`. */
export function typeName(type: DataType): string {
  if (!isList(type)) return type;
  return type.size === undefined ? `list<${type.list}>` : `list<${type.list}, ${type.size}>`;
}

/** Index of the column called `name`, or -1. */
export function fieldIndex(schema: Schema, name: string): number {
  return schema.fields.findIndex(field => field.name === name);
}
