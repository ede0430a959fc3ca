import type { FileAccess, FileEntry } from '../ports';

/** Files beside the notebook; `import { readText } from 'littoral/fs'` or the global `fs`. */
export interface CellFiles {
  readFile(path: string): Promise<Uint8Array>;
  readText(path: string): Promise<string>;
  readJson(path: string): Promise<unknown>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  writeText(path: string, text: string): Promise<void>;
  list(path?: string): Promise<readonly FileEntry[]>;
}

export function createFiles(page: FileAccess): CellFiles {
  const readFile = (path: string): Promise<Uint8Array> => page.readFile(path);
  const readText = async (path: string): Promise<string> => new TextDecoder().decode(await readFile(path));
  return {
    readFile,
    readText,
    readJson: async path => JSON.parse(await readText(path)) as unknown,
    writeFile: (path, bytes) => page.writeFile(path, bytes),
    writeText: (path, text) => page.writeFile(path, new TextEncoder().encode(text)),
    list: (path = '.') => page.list(path)
  };
}
