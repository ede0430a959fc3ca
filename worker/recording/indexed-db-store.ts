import type { RecordingInfo } from '../protocol';
import { parseInfo } from './recording-info';
import { storageError } from './recording-store';
import type { RecordingStore } from './recording-store';

const DATABASE = 'littoral-recordings';
const INFOS = 'infos';
const CHUNKS = 'chunks';

/** Recordings as chunks in IndexedDB, for pages without a private file system (plain http on a LAN, some browsers). */
export async function indexedDbStore(): Promise<RecordingStore> {
  const database = await openDatabase();
  const open = new Set<string>();
  const putInfo = (info: RecordingInfo): Promise<unknown> => write(database, INFOS, store => store.put(JSON.stringify(info), info.name));
  const range = (name: string): IDBKeyRange => IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER]);
  return {
    async list() {
      const keys = (await read(database, INFOS, store => store.getAllKeys())) as readonly IDBValidKey[];
      const texts = (await read(database, INFOS, store => store.getAll())) as readonly unknown[];
      return texts.map((text, index) => parseInfo(String(text), String(keys[index]))).filter(info => info !== null);
    },
    async isOpen(name) {
      return await Promise.resolve(open.has(name));
    },
    async create(info) {
      await putInfo(info);
      open.add(info.name);
      let next = 0;
      return {
        async append(bytes) {
          try {
            await write(database, CHUNKS, store => store.put(bytes.slice(), [info.name, next]));
            next += 1;
          } catch (error) {
            throw storageError(`recording "${info.name}"`, error);
          }
        },
        async close(last) {
          open.delete(info.name);
          await putInfo(last);
        }
      };
    },
    async *read(name) {
      const keys = (await read(database, CHUNKS, store => store.getAllKeys(range(name)))) as readonly IDBValidKey[];
      for (const key of keys) {
        const chunk: unknown = await read(database, CHUNKS, store => store.get(key));
        if (chunk instanceof Uint8Array) yield chunk;
      }
    },
    async repair(info, bytes) {
      const keys = (await read(database, CHUNKS, store => store.getAllKeys(range(info.name)))) as readonly IDBValidKey[];
      let left = bytes;
      for (const key of keys) {
        const chunk: unknown = await read(database, CHUNKS, store => store.get(key));
        const length = chunk instanceof Uint8Array ? chunk.length : 0;
        if (left <= 0) await write(database, CHUNKS, store => store.delete(key));
        else if (chunk instanceof Uint8Array && length > left) await write(database, CHUNKS, store => store.put(chunk.slice(0, left), key));
        left -= length;
      }
      await putInfo(info);
    },
    async delete(name) {
      await write(database, CHUNKS, store => store.delete(range(name)));
      await write(database, INFOS, store => store.delete(name));
    }
  };
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(INFOS);
      request.result.createObjectStore(CHUNKS);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB could not be opened'));
  });
}

function read(database: IDBDatabase, store: string, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = ask(database.transaction(store, 'readonly').objectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB read failed'));
  });
}

/** Resolves when the transaction is complete, not merely the request. */
function write(database: IDBDatabase, store: string, change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, 'readwrite');
    change(transaction.objectStore(store));
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB write failed'));
  });
}
