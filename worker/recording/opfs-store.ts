import { LittoralError } from '../../engine/error';
import { fileNames, openFile, opfsFolder, writeFully, writeWhole } from '../platform/opfs';
import type { RecordingInfo } from '../protocol';
import { parseInfo } from './recording-info';
import { storageError } from './recording-store';
import type { RecordingStore, RecordingWriter } from './recording-store';

const FOLDER = 'littoral/recordings';
const DATA = '.recording.ndjson';
const INFO = '.info.json';
const lockName = (name: string): string => `littoral-recording:${name}`;

/** Recordings as files in the origin's private file system, written by sync access handles. */
export async function opfsStore(): Promise<RecordingStore> {
  const folder = await opfsFolder(FOLDER);
  const writeInfo = (info: RecordingInfo): Promise<void> => writeWhole(folder, info.name + INFO, new TextEncoder().encode(JSON.stringify(info)));
  return {
    async list() {
      const infos: RecordingInfo[] = [];
      for (const file of await fileNames(folder)) {
        if (!file.endsWith(INFO)) continue;
        const text = await (await openFile(folder, file))?.text();
        const info = parseInfo(text ?? '', file.slice(0, -INFO.length));
        if (info !== null) infos.push(info);
      }
      return infos;
    },
    async isOpen(name) {
      const { held = [] } = await navigator.locks.query();
      return held.some(lock => lock.name === lockName(name));
    },
    async create(info) {
      const writer = await openWriter(folder, info.name, writeInfo);
      await writeInfo(info);
      return writer;
    },
    read: name => readFile(folder, name),
    async repair(info, bytes) {
      const handle = await (await folder.getFileHandle(info.name + DATA, { create: true })).createSyncAccessHandle();
      try {
        handle.truncate(bytes);
        handle.flush();
      } finally {
        handle.close();
      }
      await writeInfo(info);
    },
    async delete(name) {
      for (const file of await fileNames(folder)) if (file === name + DATA || file === name + INFO) await folder.removeEntry(file);
    }
  };
}

async function openWriter(folder: FileSystemDirectoryHandle, name: string, writeInfo: (info: RecordingInfo) => Promise<void>): Promise<RecordingWriter> {
  const unlock = await holdLock(lockName(name));
  const handle = await (await folder.getFileHandle(name + DATA, { create: true })).createSyncAccessHandle();
  handle.truncate(0);
  let length = 0;
  return {
    async append(bytes) {
      try {
        writeFully(handle, bytes, length, name);
        handle.flush();
        length += bytes.length;
      } catch (error) {
        handle.truncate(length);
        throw storageError(`recording "${name}"`, error);
      }
    },
    async close(info) {
      handle.flush();
      handle.close();
      await writeInfo(info);
      unlock();
    }
  };
}

async function* readFile(folder: FileSystemDirectoryHandle, name: string): AsyncIterable<Uint8Array> {
  const file = await openFile(folder, name + DATA);
  if (file === null) throw new LittoralError('UNKNOWN_RECORDING', `recording "${name}": its file is missing. Record or import it again.`, { details: { recording: name } });
  const reader = file.stream().getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
}

/** Holds a Web Lock until the returned function is called, so that other pages see the recording as open. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, () => new Promise<void>(release => resolve(release))).catch(reject);
  });
}
