import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { LittoralError } from '../../engine/error';

const MIB = 1024 * 1024;

/** Largest file of each kind that is read into memory, in bytes. */
export const FILE_BYTES_MAX = {
  pipeline: 16 * MIB,
  notebook: 256 * MIB,
  recording: 1024 * MIB,
  rows: 256 * MIB,
  bundle: 1024 * MIB,
  model: 512 * MIB,
  key: 64 * 1024
} as const;
export type FileKind = keyof typeof FILE_BYTES_MAX;

/** The bytes of a file of at most `FILE_BYTES_MAX[kind]`. Rejects with `FILE_TOO_LARGE` before memory is taken. */
export async function readFileBytes(path: string, kind: FileKind): Promise<Uint8Array> {
  const stats = await stat(path);
  const { size } = stats;
  if (!stats.isFile()) throw new LittoralError('FILE_EXPECTED', `"${path}": it is not a file; a ${kind} was expected. Check the path.`);
  if (size > FILE_BYTES_MAX[kind]) throw tooLarge(path, kind, size);
  const buffer = await readFile(path);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The first `count` bytes of a file; fewer when it is shorter, none of a folder. */
export async function readFileHead(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    if (!(await file.stat()).isFile()) return new Uint8Array(0);
    const head = new Uint8Array(count);
    const { bytesRead } = await file.read(head, 0, count, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The text of a UTF-8 file; `FILE_NOT_TEXT` when it is something else. */
export async function readFileText(path: string, kind: FileKind): Promise<string> {
  return decodeUtf8(await readFileBytes(path, kind), path);
}

/** `bytes` as UTF-8, strictly. */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LittoralError('NOT_TEXT', `"${path}": the bytes are not UTF-8 text; a text file was expected. Check that this is the right file.`, { cause });
  }
}

/** `bytes`, or what they hold when they are gzip; at most `FILE_BYTES_MAX[kind]` after unpacking. */
export async function unpackGzip(bytes: Uint8Array, path: string, kind: FileKind): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const buffer = await promisify(gunzip)(bytes, { maxOutputLength: FILE_BYTES_MAX[kind] });
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(path, kind, null);
    const seen = cause instanceof Error ? cause.message : String(cause);
    throw new LittoralError('GZIP_DAMAGED', `"${path}": the gzip data are damaged (${seen}). Copy the file again.`, { cause });
  }
}

/** Writes or replaces a file by way of a synced neighbour, so that readers see the old or the new bytes and never a part; makes missing folders. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const neighbour = `${path}.${process.pid}.new`;
  try {
    const file = await open(neighbour, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  await rename(neighbour, path);
}

/** Writes a new file that only its owner may read; rejects when it exists. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function tooLarge(path: string, kind: FileKind, size: number | null): LittoralError {
  const seen = size === null ? 'it unpacks to more than' : `${size} bytes, more than`;
  return new LittoralError('FILE_TOO_LARGE', `"${path}": ${seen} the ${FILE_BYTES_MAX[kind]} bytes a ${kind} may have. Use a smaller file.`);
}
