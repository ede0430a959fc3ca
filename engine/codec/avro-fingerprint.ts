import type { AvroType } from './avro-schema';
import { encodeUtf8 } from './utf8';

/** The Parsing Canonical Form of a schema (Avro specification 1.12, "Transforming into Parsing Canonical Form"). */
export function canonicalAvro(type: AvroType, known = new Set<AvroType>()): string {
  switch (type.kind) {
    case 'array':
      return `{"type":"array","items":${canonicalAvro(type.items, known)}}`;
    case 'map':
      return `{"type":"map","values":${canonicalAvro(type.values, known)}}`;
    case 'union':
      return `[${type.branches.map(branch => canonicalAvro(branch, known)).join(',')}]`;
    case 'record':
    case 'enum':
    case 'fixed':
      break;
    default:
      return JSON.stringify(type.kind);
  }
  if (known.has(type)) return JSON.stringify(type.name);
  known.add(type);
  const head = `{"name":${JSON.stringify(type.name)},"type":"${type.kind}"`;
  if (type.kind === 'enum') return `${head},"symbols":${JSON.stringify(type.symbols)}}`;
  if (type.kind === 'fixed') return `${head},"size":${type.size}}`;
  const fields = type.fields.map(field => `{"name":${JSON.stringify(field.name)},"type":${canonicalAvro(field.type, known)}}`);
  return `${head},"fields":[${fields.join(',')}]}`;
}

const EMPTY = 0xc15d213aa4d7a795n;
const TABLE = BigUint64Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? EMPTY : 0n);
  return value;
});

/** CRC-64-AVRO of the canonical form of a schema, as an unsigned number. */
export function avroFingerprint(type: AvroType): bigint {
  let crc = EMPTY;
  for (const byte of encodeUtf8(canonicalAvro(type))) crc = (crc >> 8n) ^ TABLE[Number((crc ^ BigInt(byte)) & 255n)]!;
  return crc;
}
