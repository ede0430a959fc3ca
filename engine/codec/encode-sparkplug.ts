import type { Value } from '../batch/value';
import type { DecoderConfig } from '../plan/decoder-config';
import type { DataType, Field, Schema } from '../schema/schema';
import { isList } from '../schema/schema';
import { ByteWriter } from './byte-writer';
import { SPARKPLUG_MESSAGE_COLUMNS } from './sparkplug';
import { SPARKPLUG_TYPES } from './sparkplug-messages';
import { encodeUtf8 } from './utf8';

type Config = Extract<DecoderConfig, { readonly format: 'sparkplug' }>;

const SIZED = 2;
const NUMBERS = /^(?:U?Int(?:8|16|32|64)|Float|Double|DateTime)$/;
const ARRAYS = { int32: 'Int32Array', float32: 'FloatArray', float64: 'DoubleArray' };
const TYPES: Readonly<Record<string, string>> = { bool: 'Boolean', int32: 'Int32', int64: 'Int64', float32: 'Float', float64: 'Double', utf8: 'String', timestampMs: 'DateTime', binary: 'Bytes' };

/**
 * Rows as Sparkplug B payloads: layout `metrics` makes one metric of a row (columns metric, timestampMs, and the value column that is not
 * null), layout `message` one metric of every column that is not about the message. Names are sent, no aliases; the topic is the sink's.
 */
export function sparkplugEncoder(schema: Schema, { layout }: Config): (row: readonly Value[]) => Uint8Array {
  const { fields } = schema;
  const place = (name: string): number => fields.findIndex(field => field.name === name);
  const [timePlace, seqPlace, metricPlace, typePlace] = ['timestampMs', 'seq', 'metric', 'datatype'].map(place) as [number, number, number, number];
  const valuePlaces = fields.flatMap(({ name }, index) => (SPARKPLUG_MESSAGE_COLUMNS.includes(name) || (layout !== 'message' && ['metric', 'datatype', 'historical'].includes(name)) ? [] : [index]));
  const out = new ByteWriter();
  const inner = new ByteWriter();
  return row => {
    const timeMs = row[timePlace] ?? null;
    putVarint(out, 1, timeMs);
    const metric = (name: string, index: number, datatype: string | null): void => {
      putMetric(inner, name, timeMs, fields[index]!, row[index] ?? null, datatype);
      out.varint(BigInt((2 << 3) | SIZED));
      out.sized(inner.take());
    };
    if (layout === 'message') for (const index of valuePlaces) metric(fields[index]!.name, index, null);
    else metric(String(row[metricPlace] ?? ''), valuePlaces.find(index => row[index] !== null) ?? valuePlaces[0] ?? metricPlace, (row[typePlace] as string | null | undefined) ?? null);
    putVarint(out, 3, row[seqPlace] ?? null);
    return out.take();
  };
}

function putMetric(out: ByteWriter, name: string, timeMs: Value, field: Field, value: Value, given: string | null): void {
  const datatype = isNumber(value) && given !== null && NUMBERS.test(given) ? given : datatypeOf(field.type);
  out.varint(BigInt((1 << 3) | SIZED));
  out.sized(encodeUtf8(name));
  putVarint(out, 3, timeMs);
  putVarint(out, 4, SPARKPLUG_TYPES.indexOf(datatype));
  if (value === null) putVarint(out, 7, 1);
  else putValue(out, datatype, value);
}

function datatypeOf(type: DataType): string {
  return isList(type) ? ARRAYS[type.list] : TYPES[type]!;
}

function putValue(out: ByteWriter, datatype: string, value: Value): void {
  if (datatype === 'Float') {
    out.varint(BigInt((12 << 3) | 5));
    out.float(Number(value), true);
  } else if (datatype === 'Double') {
    out.varint(BigInt((13 << 3) | 1));
    out.double(Number(value), true);
  } else if (datatype === 'Boolean') putVarint(out, 14, value === true ? 1 : 0);
  else if (typeof value === 'string') {
    out.varint(BigInt((15 << 3) | SIZED));
    out.sized(encodeUtf8(value));
  } else if (value instanceof Uint8Array || Array.isArray(value)) {
    out.varint(BigInt((16 << 3) | SIZED));
    out.sized(value instanceof Uint8Array ? value : arrayBytes(datatype, value as readonly number[]));
  } else {
    const whole = typeof value === 'bigint' ? value : Math.trunc(Number.isFinite(value) ? (value as number) : 0);
    if (datatype.endsWith('64') || datatype === 'DateTime') putVarint(out, 11, whole);
    else putVarint(out, 10, BigInt.asUintN(32, BigInt(whole)));
  }
}

function isNumber(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function arrayBytes(datatype: string, values: readonly number[]): Uint8Array {
  const out = new ByteWriter();
  for (const value of values) {
    if (datatype === 'FloatArray') out.float(value, true);
    else if (datatype === 'DoubleArray') out.double(value, true);
    else out.u32(value >>> 0, true);
  }
  return out.take();
}

function putVarint(out: ByteWriter, field: number, value: Value): void {
  if (value === null) return;
  out.varint(BigInt(field << 3));
  out.varint(BigInt(value as number | bigint));
}
