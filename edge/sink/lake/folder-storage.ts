import { promises as fs } from 'node:fs';
import { join, posix } from 'node:path';
import { LittoralError } from '../../../engine/error';
import type { Env } from '../../env/env';
import { storageError } from '../../store/storage-error';
import { createDurably, removeTemporaries } from './durable-file';
import { FILE_BYTES_MAX, type LakeStorage, type StoredFile } from './storage';

/** A lake in a folder of this machine. */
export class FolderStorage implements LakeStorage {
  constructor(
    readonly name: string,
    private readonly env: Env
  ) {}

  async list(prefix: string): Promise<readonly StoredFile[]> {
    const found: StoredFile[] = [];
    await this.walk(prefix.replace(/\/$/, ''), found);
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async read(path: string, bytesMax = FILE_BYTES_MAX): Promise<Uint8Array | null> {
    const file = await orAbsent(fs.open(join(this.name, path)), path);
    if (file === null) return null;
    try {
      const { size } = await file.stat();
      if (size > bytesMax) throw new LittoralError('LAKE_FILE_SIZE', `lake file "${path}": it has ${size} bytes, at most ${bytesMax} are read. Write smaller files.`);
      return await file.readFile();
    } catch (error) {
      throw storageError(error, path);
    } finally {
      await file.close();
    }
  }

  create(path: string, bytes: Uint8Array): Promise<boolean> {
    return createDurably(join(this.name, path), bytes, this.env);
  }

  async freshen(path: string): Promise<void> {
    const seconds = this.env.nowMs() / 1_000;
    await orAbsent(fs.utimes(join(this.name, path), seconds, seconds), path);
  }

  async delete(path: string): Promise<void> {
    try {
      await fs.rm(join(this.name, path), { force: true });
    } catch (error) {
      throw storageError(error, path);
    }
  }

  /** Removes what a killed process left behind in `folder`. */
  async tidy(folder: string): Promise<void> {
    await removeTemporaries(join(this.name, folder));
  }

  private async walk(relative: string, found: StoredFile[]): Promise<void> {
    const entries = await orAbsent(fs.readdir(join(this.name, relative), { withFileTypes: true }), relative);
    for (const entry of entries ?? []) {
      const path = posix.join(relative, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) await this.walk(path, found);
      else if (entry.isFile()) {
        const stats = await orAbsent(fs.stat(join(this.name, path)), path);
        if (stats !== null) found.push({ path, bytes: stats.size, modifiedMs: stats.mtimeMs });
      }
    }
  }
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

async function orAbsent<Result>(work: Promise<Result>, path: string): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(String(error.code))) return null;
    throw storageError(error, path);
  }
}
