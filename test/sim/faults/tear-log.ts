import { openSync, closeSync, readFileSync, writeSync } from 'node:fs';
import type { Random } from '../../oracle/random';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Leaves the end of a write-ahead log as a power cut in the middle of a write can: bytes of a transaction that never
 * committed, behind the last commit. Gives the number of bytes.
 */
export function tearLog(path: string, random: Random): number {
  const bytes = readFileSync(path);
  const end = committedEnd(bytes);
  const torn = tornBytes(bytes, end, random);
  const file = openSync(path, 'r+');
  writeSync(file, torn, 0, torn.length, end);
  closeSync(file);
  return torn.length;
}

/** Noise, zeros, or the beginning of a frame that has the right salts and the wrong checksum. */
function tornBytes(bytes: Buffer, end: number, random: Random): Buffer {
  const kind = random.pick(['noise', 'zeros', 'frame'] as const);
  const length = random.int(1, 9_000);
  if (kind === 'zeros') return Buffer.alloc(length);
  const noise = Buffer.from(Array.from({ length }, () => random.int(0, 255)));
  if (kind === 'frame' && length >= FRAME_HEADER_BYTES && bytes.length >= HEADER_BYTES) {
    noise.writeUInt32BE(random.int(1, 50), 0);
    noise.writeUInt32BE(random.int(1, 50), 4);
    bytes.copy(noise, 8, 16, 24);
  }
  return noise;
}

/** Where the last commit of the log ends, by salts and checksums (SQLite file format, section 4). */
export function committedEnd(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES) return 0;
  const bigEndian = (bytes.readUInt32BE(0) & 1) === 1;
  const pageBytes = bytes.readUInt32BE(8);
  let sum = checksum(bytes.subarray(0, 24), [0, 0], bigEndian);
  let end = HEADER_BYTES;
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  for (let at = HEADER_BYTES; at + frameBytes <= bytes.length; at += frameBytes) {
    if (!bytes.subarray(at + 8, at + 16).equals(bytes.subarray(16, 24))) break;
    sum = checksum(bytes.subarray(at, at + 8), sum, bigEndian);
    sum = checksum(bytes.subarray(at + FRAME_HEADER_BYTES, at + frameBytes), sum, bigEndian);
    if (bytes.readUInt32BE(at + 16) !== sum[0] || bytes.readUInt32BE(at + 20) !== sum[1]) break;
    if (bytes.readUInt32BE(at + 4) !== 0) end = at + frameBytes;
  }
  return end;
}

function checksum(bytes: Buffer, from: readonly [number, number], bigEndian: boolean): [number, number] {
  let [first, second] = from;
  for (let at = 0; at < bytes.length; at += 8) {
    const [left, right] = bigEndian ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)] : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    first = (first + left + second) >>> 0;
    second = (second + right + first) >>> 0;
  }
  return [first, second];
}
