import { crc32 } from './crc32';
import type { ZipEntry } from './write-zip';
import { pathProblem } from './zip-path';

export interface ZipLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** Why an archive is refused, as one sentence without its subject. */
export class ZipProblem {
  constructor(readonly message: string) {}
}

export interface ReadZipEntry extends ZipEntry {
  readonly crc: number;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const MADE_ON_UNIX = 0x0300;
const FILE_MODES: ReadonlySet<number> = new Set([0o600, 0o644, 0o100600, 0o100644]);

/**
 * The entries of an archive of stored files, in their order, as views into `bytes`. Refuses whatever a writer of such an
 * archive need not write: compression, flags, zip64, comments, extra fields, attributes other than a plain file's, gaps,
 * overlaps, two headers that differ, names that repeat or leave their folder. The caller checks the CRCs (`crcProblem`).
 */
export function readZip(bytes: Uint8Array, limits: ZipLimits): readonly ReadZipEntry[] | ZipProblem {
  if (bytes.length > limits.bytesMax) return new ZipProblem(`it has ${bytes.length} bytes, at most ${limits.bytesMax} are allowed`);
  if (bytes.length < END_BYTES) return new ZipProblem('it is too short for an archive');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = readEnd(view);
  if (directory instanceof ZipProblem) return directory;
  if (directory.count > limits.entriesMax) return new ZipProblem(`it has ${directory.count} entries, at most ${limits.entriesMax} are allowed`);
  const entries: ReadZipEntry[] = [];
  const names = new Set<string>();
  let central = directory.start;
  let local = 0;
  for (let i = 0; i < directory.count; i++) {
    const entry = readEntry(bytes, view, { central, local, start: directory.start, end: directory.end });
    if (entry instanceof ZipProblem) return entry;
    if (names.has(entry.path.toLowerCase())) return new ZipProblem(`entry ${JSON.stringify(entry.path)} stands twice (case is ignored)`);
    names.add(entry.path.toLowerCase());
    entries.push(entry);
    central += CENTRAL_BYTES + entry.path.length;
    local += LOCAL_BYTES + entry.path.length + entry.bytes.length;
  }
  if (local !== directory.start) return new ZipProblem('bytes that belong to no entry stand before its directory');
  if (central !== directory.end) return new ZipProblem('its directory is longer than its entries');
  return entries;
}

/** Which entry's bytes do not have its CRC, or null. */
export function crcProblem(entries: readonly ReadZipEntry[]): ZipProblem | null {
  const broken = entries.find(entry => crc32(entry.bytes) !== entry.crc);
  return broken === undefined ? null : new ZipProblem(`the bytes of entry ${JSON.stringify(broken.path)} do not have its CRC`);
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

function readEnd(view: DataView): Directory | ZipProblem {
  const end = view.byteLength - END_BYTES;
  if (view.getUint32(end, true) !== 0x06054b50) return new ZipProblem('it does not end with the end record of an archive without comment');
  const u16 = (at: number): number => view.getUint16(end + at, true);
  if (u16(4) !== 0 || u16(6) !== 0) return new ZipProblem('it spans several disks');
  if (u16(8) !== u16(10)) return new ZipProblem('its end record gives two numbers of entries');
  if (u16(20) !== 0) return new ZipProblem('it has a comment');
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (start + size !== end) return new ZipProblem('its directory does not stand right before its end record');
  return { count: u16(8), start, end };
}

interface Place {
  readonly central: number;
  readonly local: number;
  readonly start: number;
  readonly end: number;
}

function readEntry(bytes: Uint8Array, view: DataView, place: Place): ReadZipEntry | ZipProblem {
  const { central, local } = place;
  if (central + CENTRAL_BYTES > place.end || view.getUint32(central, true) !== 0x02014b50) return new ZipProblem('its directory is damaged');
  const nameLength = view.getUint16(central + 28, true);
  if (central + CENTRAL_BYTES + nameLength > place.end) return new ZipProblem('its directory is damaged');
  const path = String.fromCharCode(...bytes.subarray(central + CENTRAL_BYTES, central + CENTRAL_BYTES + Math.min(nameLength, 256)));
  const refuse = (message: string): ZipProblem => new ZipProblem(`entry ${JSON.stringify(path)} ${message}`);
  const problem = pathProblem(path) ?? headerProblem(view, central);
  if (problem !== null) return refuse(problem);
  const size = view.getUint32(central + 24, true);
  const from = local + LOCAL_BYTES + nameLength;
  if (view.getUint32(central + 42, true) !== local) return refuse('does not begin where the one before it ends');
  if (from + size > place.start) return refuse('reaches into the directory');
  if (!sameHeaders(bytes, view, central, local, nameLength)) return refuse('has two headers that differ');
  return { path, bytes: bytes.subarray(from, from + size), crc: view.getUint32(central + 16, true) };
}

function headerProblem(view: DataView, central: number): string | null {
  const u16 = (at: number): number => view.getUint16(central + at, true);
  const madeBy = u16(4);
  const attributes = view.getUint32(central + 38, true);
  if (u16(6) > VERSION || (madeBy & 0xff) > VERSION) return 'needs a newer zip version';
  if (u16(8) !== 0) return 'has flags (encryption, data descriptor or text encoding)';
  if (u16(10) !== 0) return 'is compressed; only stored entries are allowed';
  if (view.getUint32(central + 20, true) !== view.getUint32(central + 24, true)) return 'has two sizes';
  if (view.getUint32(central + 24, true) === 0xffff_ffff) return 'is in zip64 form';
  if (u16(30) !== 0) return 'has extra fields';
  if (u16(32) !== 0) return 'has a comment';
  if (u16(34) !== 0 || u16(36) !== 0) return 'has internal attributes or another disk';
  if (madeBy === VERSION && attributes === 0) return null;
  const plainFile = madeBy === (MADE_ON_UNIX | VERSION) && (attributes & 0xffff) === 0 && FILE_MODES.has(attributes >>> 16);
  return plainFile ? null : 'has attributes that are not those of a plain file';
}

/** The local header repeats version, flags, method, time, date, CRC, sizes, name and has no extra field. */
function sameHeaders(bytes: Uint8Array, view: DataView, central: number, local: number, nameLength: number): boolean {
  if (view.getUint32(local, true) !== 0x04034b50) return false;
  for (let i = 0; i < 24; i++) if (bytes[local + 4 + i] !== bytes[central + 6 + i]) return false;
  if (view.getUint16(local + 28, true) !== 0) return false;
  for (let i = 0; i < nameLength; i++) if (bytes[local + LOCAL_BYTES + i] !== bytes[central + CENTRAL_BYTES + i]) return false;
  return true;
}
