import { crc32 } from '../bundle/crc32';
import type { AvroInput } from './avro-input';
import { DecodeProblem } from './decode-problem';
import { inflate } from './inflate';
import { unsnappy } from './snappy';
import { textOf } from './value-target';

const MAGIC = [79, 98, 106, 1];
const SYNC_BYTES = 16;
const CHECKSUM_BYTES = 4;

/** Head of an Avro container file. */
export interface ContainerHead {
  readonly schemaText: string;
  readonly codec: string;
  readonly syncStart: number;
}

/** Takes the head of a container file. Throws DecodeProblem. */
export function readContainerHead(input: AvroInput): ContainerHead {
  const start = input.take(MAGIC.length);
  if (MAGIC.some((byte, i) => input.bytes[start + i] !== byte)) throw new DecodeProblem('SYNTAX', 'the payload does not begin as an Avro container file', start);
  const entries = new Map<string, readonly [number, number]>();
  for (let count = input.blockCount(2); count > 0; count = input.blockCount(2)) {
    for (; count > 0; count--) {
      const name = textOf(input.bytes, input.sized(), input.position);
      entries.set(name, [input.sized(), input.position]);
    }
  }
  const schema = entries.get('avro.schema');
  if (schema === undefined) throw new DecodeProblem('UNKNOWN_SCHEMA', 'the container file names no schema');
  const codec = entries.get('avro.codec');
  const schemaText = textOf(input.bytes, ...schema);
  return { schemaText, codec: codec === undefined ? 'null' : textOf(input.bytes, ...codec), syncStart: input.take(SYNC_BYTES) };
}

/** Takes the next block: the number of its records and their bytes, or null at the end of the file. */
export function readContainerBlock(input: AvroInput, head: ContainerHead): { readonly count: number; readonly bytes: Uint8Array } | null {
  if (input.atEnd) return null;
  const count = input.length('the number of records of a block');
  const size = input.length('the size of a block');
  const start = input.take(size);
  const packed = input.bytes.subarray(start, start + size);
  const sync = input.take(SYNC_BYTES);
  for (let i = 0; i < SYNC_BYTES; i++) {
    if (input.bytes[sync + i] !== input.bytes[head.syncStart + i]) throw new DecodeProblem('SYNTAX', 'a block does not end with the marker of the file', sync + i);
  }
  return { count, bytes: unpack(packed, head.codec, input.limits.inflatedBytesMax) };
}

function unpack(packed: Uint8Array, codec: string, bytesMax: number): Uint8Array {
  if (codec === 'null') return packed;
  if (codec === 'deflate') return inflate(packed, bytesMax);
  if (codec !== 'snappy') throw new DecodeProblem('UNKNOWN_SCHEMA', `the codec "${codec.slice(0, 32)}" of the container file is not read; null, deflate and snappy are`);
  if (packed.length < CHECKSUM_BYTES) throw new DecodeProblem('TRUNCATED', 'a block is shorter than its checksum');
  const bytes = unsnappy(packed.subarray(0, -CHECKSUM_BYTES), bytesMax);
  const checksum = new DataView(packed.buffer, packed.byteOffset + packed.length - CHECKSUM_BYTES).getUint32(0);
  if (crc32(bytes) !== checksum) throw new DecodeProblem('SYNTAX', 'a block does not have its checksum');
  return bytes;
}
