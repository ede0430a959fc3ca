import type { DataType, Field, ScalarType, Schema } from '../schema/schema';
import { columnForm } from './forms';
import { ObjectReader, describe, planInvalid, refuseDuplicates } from './json-reader';
import { PLAN_LIMITS } from './limits';

const scalarTypes: readonly ScalarType[] = ['bool', 'int32', 'int64', 'float32', 'float64', 'utf8', 'timestampMs', 'binary'];
const UNIT_LENGTH_MAX = 32;

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
  const unit = reader.has('unit') ? reader.text('unit', UNIT_LENGTH_MAX) : undefined;
  reader.end();
  return unit === undefined ? { name, type, nullable } : { name, type, nullable, unit };
}

function parseType(json: unknown, path: string): DataType {
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
