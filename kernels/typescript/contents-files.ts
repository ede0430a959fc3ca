import type { Contents } from '@jupyterlab/services';
import { LittoralError } from '../../engine/error';
import type { FileAccess, FileEntry } from './ports';

/** The part of JupyterLab's contents manager that files need. */
export type ContentsAccess = Pick<Contents.IManager, 'get' | 'save'>;

const CHUNK_BYTES = 32_768;

/** Files through the Jupyter Contents API; paths are relative to `folder`, or start with `/` for the top folder. */
export function contentsFiles(contents: ContentsAccess, folder: string): FileAccess {
  const at = (path: string): string => resolvePath(folder, path);
  return {
    async readFile(path) {
      const model = await contents.get(at(path), { type: 'file', format: 'base64', content: true }).catch((error: unknown) => {
        throw new LittoralError('FILE_NOT_FOUND', `file "${path}": cannot be read from "${at(path)}" (${words(error)}). Check the name in the file browser; paths are relative to the notebook's folder.`, { cause: error });
      });
      return bytesOf(model, path);
    },
    async writeFile(path, bytes) {
      await contents.save(at(path), { type: 'file', format: 'base64', content: toBase64(bytes) }).catch((error: unknown) => {
        throw new LittoralError('FILE_NOT_WRITTEN', `file "${path}": ${bytes.length} bytes cannot be written to "${at(path)}" (${words(error)}). Check that the folder exists and that there is room.`, { cause: error });
      });
    },
    async list(path) {
      const model = await contents.get(at(path), { type: 'directory', content: true }).catch((error: unknown) => {
        throw new LittoralError('FILE_NOT_FOUND', `folder "${path}": cannot be listed (${words(error)}). Check the name in the file browser.`, { cause: error });
      });
      const entries: unknown = model.content;
      return Array.isArray(entries) ? (entries as readonly Contents.IModel[]).map(toEntry) : [];
    }
  };
}

/** `path` seen from `folder`; `..` cannot leave the top folder. A drive prefix (`RTC:`) of the folder is kept. */
export function resolvePath(folder: string, path: string): string {
  const [drive, local] = splitDrive(folder);
  const parts: string[] = path.startsWith('/') ? [] : local.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return drive + parts.filter(part => part !== '').join('/');
}

function splitDrive(folder: string): [string, string] {
  const colon = folder.indexOf(':');
  return colon < 0 ? ['', folder] : [folder.slice(0, colon + 1), folder.slice(colon + 1)];
}

function toEntry(model: Contents.IModel): FileEntry {
  return { name: model.name, kind: model.type === 'directory' ? 'folder' : 'file', bytes: model.size ?? null };
}

function bytesOf(model: Contents.IModel, path: string): Uint8Array {
  const content: unknown = model.content;
  if (model.format === 'base64' && typeof content === 'string') return fromBase64(content);
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (typeof content === 'object' && content !== null) return new TextEncoder().encode(JSON.stringify(content));
  throw new LittoralError('FILE_NOT_READABLE', `file "${path}": the server sent no content. Reload the page and try again.`, { retryable: true });
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text.replaceAll(/\s/g, ''));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
  return btoa(binary);
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
