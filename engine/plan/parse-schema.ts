import type { DataType, Field, FieldTags, ScalarType, Schema } from '../schema/schema';
import { CLASSIFICATIONS, LINEAGE_MAX } from '../schema/tags';
import { columnForm, connectionForm, nameForm } from './forms';
import { ObjectReader, describe, planInvalid, refuseDuplicates } from './json-reader';
import { PLAN_LIMITS } from './limits';

const scalarTypes: readonly ScalarType[] = ['bool', 'int32', 'int64', 'float32', 'float64', 'utf8', 'timestampMs', 'binary'];
const UNIT_LENGTH_MAX = 32;
const LINEAGE_LENGTH_MAX = PLAN_LIMITS.topicLengthMax + 2 * PLAN_LIMITS.columnNameLengthMax;

/** A Schema from untrusted JSON; PlanError with the path of the first field that does not fit. */
export function parseSchema(json: unknown, path: string): Schema {
  const reader = new ObjectReader(json, path);
  const fields = reader.list('fields', 1, PLAN_LIMITS.columnsMax, parseField);
  reader.end();
  refuseDuplicates(fields.map(field => field.name), reader.at('fields'), 'column');
  return { fields };
}

function parseField(json: unknown, path: string): Field {
  const reader = new ObjectReader(json, path);
  const name = reader.text('name', PLAN_LIMITS.columnNameLengthMax, columnForm);
  const type = parseType(reader.raw('type'), reader.at('type'));
  const nullable = reader.boolean('nullable');
  const unit = reader.has('unit') ? parseUnit(reader) : undefined;
  const tags = reader.has('tags') ? parseTags(reader.object('tags')) : undefined;
  reader.end();
  return { name, type, nullable, ...(unit === undefined ? {} : { unit }), ...(tags === undefined ? {} : { tags }) };
}

/** The text in field `unit`. */
export function parseUnit(reader: ObjectReader): string {
  return reader.text('unit', UNIT_LENGTH_MAX);
}

function parseTags(reader: ObjectReader): FieldTags {
  const tags: FieldTags = {
    ...parseMeaning(reader),
    ...(reader.has('encryption') ? { encryption: parseKeyRef(reader, 'encryption') } : {}),
    ...(reader.has('token') ? { token: parseTrue(reader, 'token') } : {}),
    ...(reader.has('plaintextType') ? { plaintextType: parseType(reader.raw('plaintextType'), reader.at('plaintextType')) } : {})
  };
  reader.end();
  return tags;
}

function parseTrue(reader: ObjectReader, name: string): true {
  if (reader.raw(name) === true) return true;
  throw planInvalid(reader.at(name), describe(reader.raw(name)), 'true, or no such field');
}

/** The tags that people give: fields `classification` and `lineage`, if they are there. */
export function parseMeaning(reader: ObjectReader): Pick<FieldTags, 'classification' | 'lineage'> {
  return {
    ...(reader.has('classification') ? { classification: reader.oneOf('classification', CLASSIFICATIONS) } : {}),
    ...(reader.has('lineage') ? { lineage: parseLineage(reader) } : {})
  };
}

/** The name of a key in field `name`. */
export function parseKeyRef(reader: ObjectReader, name: string): string {
  return reader.text(name, PLAN_LIMITS.nameLengthMax, nameForm);
}

function parseLineage(reader: ObjectReader): readonly string[] {
  const lineage = reader.list('lineage', 1, LINEAGE_MAX, (item, path) => new ObjectReader({ from: item }, path).text('from', LINEAGE_LENGTH_MAX, connectionForm));
  refuseDuplicates(lineage, reader.at('lineage'), 'origin');
  return lineage;
}

/** A column type from untrusted JSON: a name, or `{ list, size? }`. */
export function parseType(json: unknown, path: string): DataType {
  if (typeof json === 'string') {
    const scalar = scalarTypes.find(type => type === json);
    if (scalar === undefined) throw planInvalid(path, describe(json), `${scalarTypes.join(', ')} or { "list": … }`);
    return scalar;
  }
  const reader = new ObjectReader(json, path);
  const list = reader.oneOf('list', ['int32', 'float32', 'float64']);
  const size = reader.has('size') ? reader.integer('size', 1, PLAN_LIMITS.listSizeMax) : undefined;
  reader.end();
  return size === undefined ? { list } : { list, size };
}
