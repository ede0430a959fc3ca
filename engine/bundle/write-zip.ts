import { encodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import { crc32 } from './crc32';
import { pathProblem } from './zip-path';

export interface ZipEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const DATE_1980_01_01 = 0x21;
const TOTAL_BYTES_MAX = 0xffff_fffe;

/**
 * A zip archive with stored entries, sorted by path, dated 1980-01-01 and without attributes: equal entries give equal
 * bytes, everywhere and always. Throws `BUNDLE_PATH` for a path that the strict reader would refuse.
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  checkPaths(sorted);
  const size = sorted.reduce((sum, { path, bytes }) => sum + LOCAL_BYTES + CENTRAL_BYTES + 2 * path.length + bytes.length, END_BYTES);
  if (size > TOTAL_BYTES_MAX) throw new LittoralError('BUNDLE_SIZE', `bundle: its files have ${size} bytes together, at most ${TOTAL_BYTES_MAX} fit`);
  const out = new ZipOutput(size);
  const placed = sorted.map(({ path, bytes }) => {
    const offset = out.position;
    const name = encodeUtf8(path);
    const crc = crc32(bytes);
    out.u32(0x04034b50).u16(VERSION).common(crc, bytes.length, name.length).bytes(name).bytes(bytes);
    return { name, crc, length: bytes.length, offset };
  });
  const start = out.position;
  for (const { name, crc, length, offset } of placed) {
    out.u32(0x02014b50).u16(VERSION).u16(VERSION).common(crc, length, name.length);
    out.u16(0).u16(0).u16(0).u32(0).u32(offset).bytes(name);
  }
  const directoryBytes = out.position - start;
  out.u32(0x06054b50).u16(0).u16(0).u16(placed.length).u16(placed.length).u32(directoryBytes).u32(start).u16(0);
  return out.result;
}

function checkPaths(entries: readonly ZipEntry[]): void {
  const seen = new Set<string>();
  for (const { path } of entries) {
    const problem = pathProblem(path);
    if (problem !== null) throw new LittoralError('BUNDLE_PATH', `bundle: path ${JSON.stringify(path)} ${problem}; rename the file`);
    if (seen.has(path.toLowerCase())) throw new LittoralError('BUNDLE_PATH', `bundle: path ${JSON.stringify(path)} stands twice (case is ignored); rename one file`);
    seen.add(path.toLowerCase());
  }
}

class ZipOutput {
  readonly result: Uint8Array;
  position = 0;
  private readonly view: DataView;

  constructor(size: number) {
    this.result = new Uint8Array(size);
    this.view = new DataView(this.result.buffer);
  }
  u16(value: number): this {
    this.view.setUint16(this.position, value, true);
    this.position += 2;
    return this;
  }
  u32(value: number): this {
    this.view.setUint32(this.position, value, true);
    this.position += 4;
    return this;
  }
  bytes(bytes: Uint8Array): this {
    this.result.set(bytes, this.position);
    this.position += bytes.length;
    return this;
  }
  /** Flags, method, time, date, CRC, both sizes, name length, extra length. */
  common(crc: number, size: number, nameLength: number): this {
    return this.u16(0).u16(0).u16(0).u16(DATE_1980_01_01).u32(crc).u32(size).u32(size).u16(nameLength).u16(0);
  }
}
