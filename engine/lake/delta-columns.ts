import type { LittoralError } from '../error';
import { isRecord } from './record';

export interface DeltaColumn {
  readonly name: string;
  /** Delta's own type: a name, or an object for nested ones. */
  readonly type: unknown;
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const PRIMITIVES = new Set(['boolean', 'byte', 'short', 'integer', 'long', 'float', 'double', 'string', 'binary', 'date', 'timestamp', 'timestamp_ntz']);
const DEPTH_MAX = 32;

/** The columns of Delta's `schemaString`; mapped columns and unknown types are refused. */
export function parseSchemaString(schemaString: unknown, refuse: (problem: string) => LittoralError): DeltaColumn[] {
  let schema: unknown;
  try {
    schema = JSON.parse(String(schemaString));
  } catch {
    throw refuse('its schemaString is not JSON');
  }
  const fields: unknown = isRecord(schema) ? schema['fields'] : null;
  if (!Array.isArray(fields)) throw refuse('its schemaString has no fields');
  return fields.map((field: unknown) => {
    if (!isRecord(field) || typeof field['name'] !== 'string') throw refuse('a field of its schema has no name');
    const { name, type, nullable, metadata } = field;
    if (isRecord(metadata) && 'delta.columnMapping.physicalName' in metadata) throw refuse('a column is mapped to another name, which is not read');
    if (!isKnown(type, 0)) throw refuse(`column "${name}" has the type ${JSON.stringify(type)}, which is not known`);
    return { name, type, nullable: nullable !== false, metadata: isRecord(metadata) ? metadata : {} };
  });
}

function isKnown(type: unknown, depth: number): boolean {
  if (depth > DEPTH_MAX) return false;
  if (typeof type === 'string') return PRIMITIVES.has(type) || /^decimal\(\d{1,2},\s*\d{1,2}\)$/.test(type);
  if (!isRecord(type)) return false;
  if (type['type'] === 'array') return isKnown(type['elementType'], depth + 1);
  if (type['type'] === 'map') return isKnown(type['keyType'], depth + 1) && isKnown(type['valueType'], depth + 1);
  const { fields } = type;
  return type['type'] === 'struct' && Array.isArray(fields) && fields.every(field => isRecord(field) && isKnown(field['type'], depth + 1));
}
