import { encodeBase64 } from './base64';
import type { PlainValue } from './tree-target';
import { encodeUtf8 } from './utf8';
import type { ValueTarget } from './value-target';

/** Gives a value that was read as a tree to `target`. `datatype`: Sparkplug's name of its type; floats and times are told apart by it. */
export function putPlain(target: ValueTarget, value: PlainValue, datatype: string): void {
  if (value === null) target.putNull();
  else if (typeof value === 'number') putNumber(target, value, datatype);
  else if (typeof value === 'bigint') target.putBigInt(value);
  else if (typeof value === 'boolean') target.putBool(value);
  else if (typeof value === 'string') {
    const bytes = encodeUtf8(value);
    target.putText(bytes, 0, bytes.length);
  } else if (value instanceof Uint8Array) target.putBytes(value, 0, value.length);
  else if (value instanceof Map) target.openMap();
  else {
    target.openList();
    for (const item of value as readonly PlainValue[]) putPlain(target, item, datatype);
    target.closeList();
  }
}

function putNumber(target: ValueTarget, value: number, datatype: string): void {
  if (datatype === 'Float' || datatype === 'Double' || datatype === 'FloatArray' || datatype === 'DoubleArray') target.putDouble(value);
  else if (datatype === 'DateTime') target.putTime(value);
  else target.putInteger(value);
}

/** JSON text of a tree: bytes as base64, whole numbers beyond ±2^53 and numbers that JSON does not have as strings. */
export function plainText(value: PlainValue): string {
  return JSON.stringify(jsonOf(value));
}

function jsonOf(value: PlainValue): unknown {
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Map) return Object.fromEntries([...(value as ReadonlyMap<string, PlainValue>)].map(([name, member]) => [name, jsonOf(member)]));
  if (Array.isArray(value)) return (value as readonly PlainValue[]).map(jsonOf);
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? String(value) : value;
}
