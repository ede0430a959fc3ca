import { LittoralError } from '../error';
import { isList, typeName, type DataType, type Field, type Schema } from '../schema/schema';
import { DAY } from './partition';

/** A column as Delta's `schemaString` holds it. */
export interface DeltaField {
  readonly name: string;
  readonly type: string | { readonly type: 'array'; readonly elementType: string; readonly containsNull: boolean };
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const TYPES: Readonly<Record<Exclude<DataType, object>, string>> = {
  bool: 'boolean',
  int32: 'integer',
  int64: 'long',
  float32: 'float',
  float64: 'double',
  utf8: 'string',
  timestampMs: 'timestamp',
  binary: 'binary'
};

/** Columns of the table that a sink with `schema` writes; partition columns stand last. */
export function deltaFields(schema: Schema, partitionBy: readonly string[]): DeltaField[] {
  const fields = schema.fields.map(field => ({
    name: field.name,
    type: isList(field.type) ? { type: 'array' as const, elementType: TYPES[field.type.list], containsNull: false } : TYPES[field.type],
    nullable: field.nullable,
    metadata: metadataOf(field)
  }));
  const isPartition = (name: string): boolean => partitionBy.includes(name);
  const derived = partitionBy.includes(DAY) && !fields.some(field => field.name === DAY) ? [{ name: DAY, type: 'string', nullable: true, metadata: {} }] : [];
  return [...fields.filter(field => !isPartition(field.name)), ...fields.filter(field => isPartition(field.name)).map(field => ({ ...field, nullable: true })), ...derived];
}

/** What people and readers should know about a column; the unit is its comment. */
function metadataOf({ unit, tags }: Field): Readonly<Record<string, unknown>> {
  return {
    ...(unit === undefined ? {} : { comment: unit }),
    ...(tags?.classification === undefined ? {} : { 'littoral.classification': tags.classification }),
    ...(tags?.lineage === undefined ? {} : { 'littoral.lineage': tags.lineage.join(' ') }),
    ...(tags?.encryption === undefined ? {} : { 'littoral.encryption': tags.encryption }),
    ...(tags?.token === undefined ? {} : { 'littoral.token': 'HMAC-SHA-256' }),
    ...(tags?.plaintextType === undefined ? {} : { 'littoral.plaintextType': typeName(tags.plaintextType) })
  };
}

/**
 * The table's columns after a sink with columns `wanted` writes to it: new columns are added as nullable. Throws
 * `TABLE_CONFLICT` when a column has another type, or when the new rows lack a column that may not be null.
 */
export function mergeFields(table: string, present: readonly DeltaField[], wanted: readonly DeltaField[]): readonly DeltaField[] {
  const conflict = (name: string, seen: string, expected: string): LittoralError =>
    new LittoralError('TABLE_CONFLICT', `lake table "${table}": column "${name}" is ${seen} there, but the rows have ${expected}. Write to another table, or change the column.`);
  for (const field of present) {
    const next = wanted.find(each => each.name === field.name);
    if (next === undefined) {
      if (!field.nullable) throw conflict(field.name, 'required', 'no such column');
    } else if (JSON.stringify(next.type) !== JSON.stringify(field.type)) throw conflict(field.name, JSON.stringify(field.type), JSON.stringify(next.type));
    else if (next.nullable && !field.nullable) throw conflict(field.name, 'required', 'nulls');
  }
  const added = wanted.filter(field => !present.some(each => each.name === field.name)).map(field => ({ ...field, nullable: true }));
  return added.length === 0 ? present : [...present, ...added];
}
