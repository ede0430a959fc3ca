import { LittoralError } from '../../engine/error';

/** The folder at `path` (a/b/c) of this origin's private file system, made when it is missing. */
export async function opfsFolder(path: string): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const part of path.split('/').filter(segment => segment !== '')) folder = await folder.getDirectoryHandle(part, { create: true });
  return folder;
}

/** Whether this worker can write files: needs a secure context and a browser with sync access handles. */
export async function hasOpfs(): Promise<boolean> {
  if (!('storage' in navigator) || typeof navigator.storage.getDirectory !== 'function') return false;
  if (typeof FileSystemFileHandle === 'undefined' || !('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return false;
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** Replaces the content of `name` in `folder`. */
export async function writeWhole(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await file.createSyncAccessHandle();
  try {
    handle.truncate(0);
    writeFully(handle, bytes, 0, name);
    handle.flush();
  } finally {
    handle.close();
  }
}

/** Writes all of `bytes` at `at`; a short write is an error like a full disk. */
export function writeFully(handle: FileSystemSyncAccessHandle, bytes: Uint8Array, at: number, name: string): void {
  const written = handle.write(bytes, { at });
  if (written === bytes.length) return;
  throw new LittoralError('STORAGE_FULL', `file "${name}": only ${written} of ${bytes.length} bytes could be written; the browser's storage for this page is full. Delete recordings or lake tables that are no longer needed.`, {
    details: { written, wanted: bytes.length }
  });
}

/** The file, or null when it does not exist. */
export async function openFile(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

/** Names of the files in `folder`. */
export async function fileNames(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, handle] of entriesOf(folder)) if (handle.kind === 'file') names.push(name);
  return names.sort();
}

/** `FileSystemDirectoryHandle` is async iterable in browsers; TypeScript's worker library does not say so. */
export function entriesOf(folder: FileSystemDirectoryHandle): AsyncIterable<[string, FileSystemHandle]> {
  return folder as unknown as AsyncIterable<[string, FileSystemHandle]>;
}
