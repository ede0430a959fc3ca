import type { AvroType } from './avro-schema';
import { DecodeProblem } from './decode-problem';
import { encodeUtf8 } from './utf8';
import type { ValueTarget } from './value-target';

const DEPTH_MAX = 64;

/** Gives the JSON default of a field to `target`: bytes are texts of code points 0 to 255, unions take their first branch. */
export function putAvroDefault(type: AvroType, json: unknown, target: ValueTarget, depth = 0): void {
  if (depth > DEPTH_MAX) throw new DecodeProblem('DEPTH', `a default is nested deeper than ${DEPTH_MAX}`);
  switch (type.kind) {
    case 'union': {
      const [first] = type.branches;
      if (first === undefined) throw unfit(type.kind);
      return putAvroDefault(first, json, target, depth + 1);
    }
    case 'record':
      return putRecord(type.fields, objectOf(json, type.kind), target, depth + 1);
    case 'map':
      target.openMap();
      for (const [name, value] of Object.entries(objectOf(json, type.kind))) {
        putKey(name, target);
        putAvroDefault(type.values, value, target, depth + 1);
      }
      return target.closeMap();
    case 'array':
      if (!Array.isArray(json)) throw unfit(type.kind);
      target.openList();
      for (const item of json as unknown[]) putAvroDefault(type.items, item, target, depth + 1);
      return target.closeList();
    default:
      return putScalar(type.kind, json, target);
  }
}

type Fields = Extract<AvroType, { readonly kind: 'record' }>['fields'];

function putRecord(fields: Fields, json: Readonly<Record<string, unknown>>, target: ValueTarget, depth: number): void {
  target.openMap();
  for (const field of fields) {
    putKey(field.name, target);
    putAvroDefault(field.type, Object.hasOwn(json, field.name) ? json[field.name] : field.fallback, target, depth);
  }
  target.closeMap();
}

function putScalar(kind: string, json: unknown, target: ValueTarget): void {
  if (kind === 'null' && json === null) target.putNull();
  else if (kind === 'boolean' && typeof json === 'boolean') target.putBool(json);
  else if ((kind === 'int' || kind === 'long') && Number.isSafeInteger(json)) target.putInteger(json as number);
  else if ((kind === 'float' || kind === 'double') && typeof json === 'number') target.putDouble(json);
  else if ((kind === 'string' || kind === 'enum') && typeof json === 'string') {
    const bytes = encodeUtf8(json);
    target.putText(bytes, 0, bytes.length);
  } else if ((kind === 'bytes' || kind === 'fixed') && typeof json === 'string') {
    const bytes = Uint8Array.from(json, unit => unit.charCodeAt(0));
    target.putBytes(bytes, 0, bytes.length);
  } else throw unfit(kind);
}

function putKey(name: string, target: ValueTarget): void {
  const bytes = encodeUtf8(name);
  target.key(bytes, 0, bytes.length);
}

function objectOf(json: unknown, kind: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw unfit(kind);
  return json as Readonly<Record<string, unknown>>;
}

function unfit(kind: string): DecodeProblem {
  return new DecodeProblem('UNKNOWN_SCHEMA', `the default of a field is no ${kind}`);
}
