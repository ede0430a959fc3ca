import { ByteReader } from './byte-reader';
import { DecodeProblem } from './decode-problem';

/** The bytes of a raw Snappy block, `bytesMax` at most. Throws DecodeProblem. */
export function unsnappy(input: Uint8Array, bytesMax: number): Uint8Array {
  const reader = new ByteReader();
  reader.open(input);
  reader.varint();
  const size = reader.varintHigh === 0 ? reader.varintLow : Infinity;
  if (size > bytesMax) throw new DecodeProblem('SIZE', `a compressed block holds more than ${bytesMax} bytes`);
  const output = new Uint8Array(size);
  let length = 0;
  while (!reader.atEnd) {
    const tag = reader.u8();
    const kind = tag & 3;
    const short = tag >> 2;
    const count = kind === 0 ? (short < 60 ? short : little(reader, short - 59)) + 1 : kind === 1 ? (short & 7) + 4 : short + 1;
    if (count > size - length) throw new DecodeProblem('SYNTAX', 'a compressed block is broken: it holds more than it declares');
    if (kind === 0) {
      const start = reader.take(count);
      output.set(input.subarray(start, start + count), length);
      length += count;
    } else {
      const distance = kind === 1 ? ((tag >> 5) << 8) | reader.u8() : little(reader, kind === 2 ? 2 : 4);
      if (distance === 0 || distance > length) throw new DecodeProblem('SYNTAX', 'a compressed block is broken: a distance before the beginning');
      for (let i = 0; i < count; i++, length++) output[length] = output[length - distance]!;
    }
  }
  if (length < size) throw new DecodeProblem('TRUNCATED', 'a compressed block holds less than it declares');
  return output;
}

function little(reader: ByteReader, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value += reader.u8() * 2 ** (8 * i);
  return value;
}
