import { LittoralError } from '../../engine/error';
import { entriesOf, openFile, opfsFolder } from '../platform/opfs';
import type { LakeEntry, LakeSource } from './lake-source';

/** Folder of the browser's own lake; its address is `opfs:`. */
export const OPFS_LAKE = 'littoral/lake';

/** The lake in this browser's private file system, which runs write to. */
export function opfsSource(): LakeSource {
  let bytesFetched = 0;
  const file = async (path: string): Promise<File> => {
    const parts = path.split('/');
    const folder = await opfsFolder([OPFS_LAKE, ...parts.slice(0, -1)].join('/'));
    const found = await openFile(folder, parts[parts.length - 1] ?? '');
    if (found === null) throw new LittoralError('LAKE_FILE', `lake "opfs:": no file "${path}". Refresh the lake.`, { details: { path } });
    return found;
  };
  return {
    name: 'opfs:',
    get bytesFetched() {
      return bytesFetched;
    },
    list: async () => await walk(await opfsFolder(OPFS_LAKE), ''),
    text: async path => await (await file(path)).text(),
    async range(path, start, end) {
      bytesFetched += end - start;
      return await (await file(path)).slice(start, end).arrayBuffer();
    },
    async open(path) {
      const blob = await file(path);
      bytesFetched += blob.size;
      return blob;
    }
  };
}

async function walk(folder: FileSystemDirectoryHandle, prefix: string): Promise<LakeEntry[]> {
  const entries: LakeEntry[] = [];
  for await (const [name, handle] of entriesOf(folder)) {
    if (handle.kind === 'directory') entries.push(...(await walk(handle as FileSystemDirectoryHandle, `${prefix}${name}/`)));
    else {
      const file = await (handle as FileSystemFileHandle).getFile();
      entries.push({ path: prefix + name, bytes: file.size, modifiedMs: file.lastModified });
    }
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}
