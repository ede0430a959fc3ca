import { open, mkdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const BUFFER_CHARACTERS_MAX = 1 << 20;

/** A rows-out file on its way: it appears under its name only when it is whole. */
export interface RowFile {
  /** Takes text at once; `settle` hands it to the disk. */
  write(text: string): void;
  /** Writes what has gathered; to be awaited between steps so that memory stays bounded. */
  settle(): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** Opens `path` for rows; missing folders are made. */
export async function openRowFile(path: string): Promise<RowFile> {
  await mkdir(dirname(path), { recursive: true });
  const neighbour = `${path}.${process.pid}.new`;
  const file: FileHandle = await open(neighbour, 'w');
  let gathered: string[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    const text = gathered.join('');
    gathered = [];
    characters = 0;
    if (text !== '') await file.writeFile(text);
  };
  return {
    write(text) {
      gathered.push(text);
      characters += text.length;
    },
    settle: () => (characters > BUFFER_CHARACTERS_MAX ? flush() : Promise.resolve()),
    async finish() {
      await flush();
      await file.sync();
      await file.close();
      await rename(neighbour, path);
    },
    async abandon() {
      await file.close();
      await rm(neighbour, { force: true });
    }
  };
}
