/** `node:fs` and `node:fs/promises` on the files of the simulated machine, as far as the agent uses them. */
import { atOnce, later } from '../world/current';
import type { Inode } from '../world/files';

export const constants = { O_CREAT: 64, O_EXCL: 128, O_WRONLY: 1 } as const;

interface Handle {
  writeFile(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

function fileHandle(inode: Inode): Handle {
  return {
    writeFile: bytes => later(() => void (inode.data = Buffer.from(bytes))),
    sync: () => later(() => void (inode.synced = inode.data)),
    close: () => later(() => undefined)
  };
}

function folderHandle(path: string): Handle {
  return { writeFile: () => Promise.reject(new Error('EISDIR')), sync: () => later(({ files }) => files.syncFolder(path)), close: () => later(() => undefined) };
}

type Encoding = BufferEncoding | undefined;

export function readFile(path: string, encoding?: Encoding): Promise<Buffer | string> {
  return later(({ files }) => (encoding === undefined ? files.read(path) : files.read(path).toString(encoding)));
}
export function open(path: string, flags: number | string): Promise<Handle> {
  return later(({ files }) => (flags === 'r' ? folderHandle(path) : fileHandle(files.create(path, true))));
}
export function link(from: string, to: string): Promise<void> {
  return later(({ files }) => files.link(from, to));
}
export function unlink(path: string): Promise<void> {
  return later(({ files }) => files.remove(path));
}
export function rm(path: string): Promise<void> {
  return later(({ files }) => files.remove(path));
}
export function mkdir(path: string): Promise<string | undefined> {
  return later(({ files }) => files.makeFolder(path));
}
export function readdir(path: string): Promise<string[]> {
  return later(({ files }) => files.names(path));
}
export function stat(path: string): Promise<{ readonly mtimeMs: number; readonly size: number }> {
  return later(({ files }) => ({ mtimeMs: 0, size: files.exists(path) ? 1 : 0 }));
}

export const promises = { readFile, open, link, unlink, rm, mkdir, readdir, stat };

export function existsSync(path: string): boolean {
  return atOnce(({ files }) => files.exists(path));
}
export function readFileSync(path: string, encoding?: Encoding): Buffer | string {
  return atOnce(({ files }) => (encoding === undefined ? files.read(path) : files.read(path).toString(encoding)));
}
export function writeFileSync(path: string, content: string | Uint8Array): void {
  atOnce(({ files }) => {
    files.create(path, false).data = Buffer.from(content as Uint8Array);
  });
}
export function mkdirSync(path: string): void {
  atOnce(({ files }) => void files.makeFolder(path));
}
const DESCRIPTOR = 3;

/** Opens for appending, which makes the file; nothing is written through the descriptor. */
export function openSync(path: string): number {
  atOnce(({ files }) => void (files.exists(path) || files.create(path, true)));
  return DESCRIPTOR;
}
export function closeSync(): void {
  atOnce(() => undefined);
}
/** Each path keeps its inode: nobody removes files under the agent. They belong to somebody else, so their rights stay. */
export function statSync(path: string): { readonly ino: number; readonly size: number; readonly uid: number; readonly mode: number } {
  let ino = 0;
  for (let index = 0; index < path.length; index++) ino = (ino * 31 + path.charCodeAt(index)) >>> 0;
  return atOnce(() => ({ ino, size: 1, uid: -1, mode: 0o600 }));
}
export function chmodSync(path: string): void {
  atOnce(({ files }) => void files.read(path));
}
export function renameSync(from: string, to: string): void {
  atOnce(({ files }) => files.rename(from, to));
}
export default { constants, promises, existsSync, readFileSync, writeFileSync, mkdirSync, chmodSync, renameSync };
