import type { Value } from '../batch/value';
import { PlanError } from '../error';
import type { DecoderConfig } from '../plan/decoder-config';
import type { Schema } from '../schema/schema';
import type { ElementType } from './element';
import { ELEMENT_BYTES } from './element';
import type { RawNumber } from './raw';

type Config = Extract<DecoderConfig, { readonly format: 'raw' }>;

/** Rows as records of `stride` bytes, or as bytes with a block of samples. Null and NaN of integer fields are 0; what leaves a field's range is cut to it. */
export function rawEncoder(schema: Schema, config: Config): (row: readonly Value[]) => Uint8Array {
  const placeOf = (name: string): number => {
    const place = schema.fields.findIndex(field => field.name === name);
    if (place < 0) throw new PlanError('ENCODER_SCHEMA', `raw encoder: no column is called "${name}". Its fields and channels are columns.`);
    return place;
  };
  const fields = (config.fields ?? []).map(field => ({ field, place: placeOf(field.name) }));
  const { block } = config;
  const channels = (block?.channels ?? []).map(placeOf);
  return row => {
    const start = config.stride ?? block?.start ?? 0;
    const lists = channels.map(place => (row[place] ?? []) as readonly number[]);
    const count = block?.count ?? Math.max(0, ...lists.map(list => list.length));
    const size = block === undefined ? 0 : ELEMENT_BYTES[block.type];
    const bytes = new Uint8Array(start + size * count * channels.length);
    const view = new DataView(bytes.buffer);
    for (const { field, place } of fields) putNumber(view, field.offset, field, row[place] ?? null);
    lists.forEach((list, channel) => {
      for (let i = 0; i < count; i++) {
        const index = block!.order === 'planar' ? channel * count + i : i * channels.length + channel;
        putNumber(view, start + index * size, block!, list[i] ?? null);
      }
    });
    return bytes;
  };
}

function putNumber(view: DataView, at: number, { type, endian, scale, add }: RawNumber, value: Value): void {
  const littleEndian = endian !== 'big';
  const scaled = scale === undefined && add === undefined ? value : (Number(value) - (add ?? 0)) / (scale ?? 1);
  if (type === 'float32') view.setFloat32(at, Number(scaled ?? NaN), littleEndian);
  else if (type === 'float64') view.setFloat64(at, Number(scaled ?? NaN), littleEndian);
  else if (type === 'float16') throw new PlanError('ENCODER_SCHEMA', 'raw encoder: float16 is only read. Take float32.');
  else putWhole(view, at, type, littleEndian, typeof scaled === 'bigint' ? scaled : BigInt(Math.round(Number.isFinite(Number(scaled)) ? Number(scaled) : 0)));
}

function putWhole(view: DataView, at: number, type: ElementType, littleEndian: boolean, value: bigint): void {
  const size = ELEMENT_BYTES[type];
  const bits = BigInt(size * 8);
  const [low, high] = type.startsWith('u') ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  let left = BigInt.asUintN(size * 8, value < low ? low : value > high ? high : value);
  for (let i = 0; i < size; i++, left >>= 8n) view.setUint8(at + (littleEndian ? i : size - 1 - i), Number(left & 255n));
}
