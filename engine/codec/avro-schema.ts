import { DecodeProblem } from './decode-problem';

/** An Avro schema (specification 1.12) with its names resolved; recursive schemas are cyclic. */
export type AvroType = AvroPrimitive | AvroRecord | AvroEnum | AvroFixed | AvroArray | AvroMap | AvroUnion;

export type AvroPrimitiveKind = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';
export interface AvroPrimitive {
  readonly kind: AvroPrimitiveKind;
  readonly logical: string | null;
}
export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  /** JSON of the default; undefined when there is none. */
  readonly fallback: unknown;
}
interface AvroNamed {
  /** Full name, with its namespace. */
  readonly name: string;
  readonly aliases: readonly string[];
}
export interface AvroRecord extends AvroNamed {
  readonly kind: 'record';
  readonly fields: AvroField[];
}
export interface AvroEnum extends AvroNamed {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  readonly fallback: string | null;
}
export interface AvroFixed extends AvroNamed {
  readonly kind: 'fixed';
  readonly size: number;
  readonly logical: string | null;
}
export interface AvroArray {
  readonly kind: 'array';
  readonly items: AvroType;
}
export interface AvroMap {
  readonly kind: 'map';
  readonly values: AvroType;
}
export interface AvroUnion {
  readonly kind: 'union';
  readonly branches: readonly AvroType[];
}

const PRIMITIVES: readonly string[] = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];
const DEPTH_MAX = 64;
const TYPES_MAX = 2_000;
const FIXED_BYTES_MAX = 16 * 1024 * 1024;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** The schema in the JSON `text`. Throws DecodeProblem `UNKNOWN_SCHEMA` for what is no Avro schema, `DEPTH` for one that is too deep. */
export function parseAvroSchema(text: string): AvroType {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refusal('it is no JSON');
  }
  return new SchemaParser().type(json, '', 0);
}

/** As `parseAvroSchema`, from JSON that has been parsed. */
export function avroSchemaOf(json: unknown): AvroType {
  return new SchemaParser().type(json, '', 0);
}

type Json = Readonly<Record<string, unknown>>;

class SchemaParser {
  private readonly named = new Map<string, AvroType>();
  private count = 0;

  type(json: unknown, namespace: string, depth: number): AvroType {
    if (depth > DEPTH_MAX) throw new DecodeProblem('DEPTH', `an Avro schema is nested deeper than ${DEPTH_MAX}`);
    if (++this.count > TYPES_MAX) throw refusal(`it has more than ${TYPES_MAX} types`);
    if (typeof json === 'string') return this.reference(json, namespace);
    if (Array.isArray(json)) return this.union(json, namespace, depth);
    if (typeof json !== 'object' || json === null) throw refusal('a type is neither a name nor an object nor a list');
    const object = json as Json;
    const { type } = object;
    if (typeof type !== 'string') return this.type(type, namespace, depth + 1);
    switch (type) {
      case 'record':
      case 'error':
        return this.record(object, namespace, depth);
      case 'enum':
        return this.enumeration(object, namespace);
      case 'fixed':
        return this.fixed(object, namespace);
      case 'array':
        return { kind: 'array', items: this.type(object['items'], namespace, depth + 1) };
      case 'map':
        return { kind: 'map', values: this.type(object['values'], namespace, depth + 1) };
      default:
        return PRIMITIVES.includes(type) ? { kind: type as AvroPrimitiveKind, logical: logicalOf(object) } : this.reference(type, namespace);
    }
  }

  private reference(name: string, namespace: string): AvroType {
    if (PRIMITIVES.includes(name)) return { kind: name as AvroPrimitiveKind, logical: null };
    const found = this.named.get(fullName(name, namespace)) ?? this.named.get(name);
    if (found === undefined) throw refusal(`type "${name.slice(0, 64)}" is not known`);
    return found;
  }

  private union(json: readonly unknown[], namespace: string, depth: number): AvroUnion {
    const branches = json.map(branch => this.type(branch, namespace, depth + 1));
    if (branches.some(branch => branch.kind === 'union')) throw refusal('a union stands in a union');
    const names = branches.map(branch => ('name' in branch ? branch.name : branch.kind));
    if (new Set(names).size < names.length) throw refusal('a union has two branches of one type');
    return { kind: 'union', branches };
  }

  private record(json: Json, outer: string, depth: number): AvroRecord {
    const { name, namespace, aliases } = nameOf(json, outer);
    const record: AvroRecord = { kind: 'record', name, aliases, fields: [] };
    this.define(name, record);
    const { fields } = json;
    if (!Array.isArray(fields)) throw refusal(`record "${name}" has no list of fields`);
    for (const item of fields as unknown[]) {
      const field = objectOf(item, 'a field');
      record.fields.push({
        name: simpleName(field['name']),
        aliases: textsOf(field['aliases']),
        type: this.type(field['type'], namespace, depth + 1),
        fallback: Object.hasOwn(field, 'default') ? field['default'] : undefined
      });
    }
    if (new Set(record.fields.map(field => field.name)).size < record.fields.length) throw refusal(`record "${name}" has a field twice`);
    return record;
  }

  private enumeration(json: Json, outer: string): AvroEnum {
    const { name, aliases } = nameOf(json, outer);
    const symbols = textsOf(json['symbols']);
    const fallback = json['default'];
    if (symbols.length === 0 || new Set(symbols).size < symbols.length) throw refusal(`enum "${name}" needs symbols, each once`);
    if (fallback !== undefined && !symbols.includes(String(fallback))) throw refusal(`the default of enum "${name}" is none of its symbols`);
    const type: AvroEnum = { kind: 'enum', name, aliases, symbols, fallback: fallback === undefined ? null : String(fallback) };
    this.define(name, type);
    return type;
  }

  private fixed(json: Json, outer: string): AvroFixed {
    const { name, aliases } = nameOf(json, outer);
    const { size } = json;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > FIXED_BYTES_MAX) throw refusal(`fixed "${name}" needs a size of 0 to ${FIXED_BYTES_MAX} bytes`);
    const type: AvroFixed = { kind: 'fixed', name, aliases, size, logical: logicalOf(json) };
    this.define(name, type);
    return type;
  }

  private define(name: string, type: AvroType): void {
    if (this.named.has(name)) throw refusal(`type "${name}" is defined twice`);
    this.named.set(name, type);
  }
}

function nameOf(json: Json, outer: string): { readonly name: string; readonly namespace: string; readonly aliases: readonly string[] } {
  const given = json['name'];
  if (typeof given !== 'string' || !NAME.test(given)) throw refusal('a named type has no proper name');
  const own = json['namespace'];
  const dot = given.lastIndexOf('.');
  const namespace = dot >= 0 ? given.slice(0, dot) : typeof own === 'string' ? own : outer;
  return { name: fullName(given, namespace), namespace, aliases: textsOf(json['aliases']).map(alias => fullName(alias, namespace)) };
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function simpleName(value: unknown): string {
  if (typeof value !== 'string' || !NAME.test(value)) throw refusal('a field has no proper name');
  return value;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

function objectOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal(`${what} is no object`);
  return value as Json;
}

function logicalOf(json: Json): string | null {
  const logical = json['logicalType'];
  return typeof logical === 'string' ? logical : null;
}

function refusal(reason: string): DecodeProblem {
  return new DecodeProblem('UNKNOWN_SCHEMA', `the Avro schema cannot be used: ${reason}`);
}
