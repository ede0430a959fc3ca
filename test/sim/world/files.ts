import { dirname } from 'node:path';
import type { Dice } from './dice';

interface Inode {
  data: Buffer;
  /** What a power loss leaves; null when nothing was synced. */
  synced: Buffer | null;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Files in memory that survive a power loss exactly as far as they, and their names, were synced. */
export class Files {
  private readonly links = new Map<string, Inode>();
  private readonly durable = new Map<string, Inode>();
  private readonly folders = new Set<string>(['/']);

  read(path: string): Buffer {
    const inode = this.links.get(path);
    if (inode === undefined) throw failure('ENOENT', path);
    return Buffer.from(inode.data);
  }

  /** A file that was there before everything. */
  install(path: string, bytes: Buffer): void {
    const inode = { data: bytes, synced: bytes };
    this.links.set(path, inode);
    this.durable.set(path, inode);
  }

  exists(path: string): boolean {
    return this.links.has(path) || this.folders.has(path);
  }

  /** The bytes of `path`, for the one who made it. */
  create(path: string, exclusive: boolean): Inode {
    if (exclusive && this.links.has(path)) throw failure('EEXIST', path);
    if (!this.folders.has(dirname(path))) throw failure('ENOENT', path);
    const inode: Inode = { data: Buffer.alloc(0), synced: null };
    this.links.set(path, inode);
    return inode;
  }

  link(from: string, to: string): void {
    const inode = this.links.get(from);
    if (inode === undefined) throw failure('ENOENT', from);
    if (this.links.has(to)) throw failure('EEXIST', to);
    this.links.set(to, inode);
  }

  rename(from: string, to: string): void {
    const inode = this.links.get(from);
    if (inode === undefined) throw failure('ENOENT', from);
    this.links.set(to, inode);
    this.links.delete(from);
  }

  /** Removes a file, or a folder with everything in it. */
  remove(path: string): void {
    for (const name of [...this.links.keys()]) if (name === path || name.startsWith(`${path}/`)) this.links.delete(name);
    for (const name of [...this.folders]) if (name === path || name.startsWith(`${path}/`)) this.folders.delete(name);
  }

  /** The topmost folder that had to be made, or undefined. */
  makeFolder(path: string): string | undefined {
    const missing: string[] = [];
    for (let folder = path; !this.folders.has(folder); folder = dirname(folder)) missing.push(folder);
    for (const folder of missing) this.folders.add(folder);
    return missing.at(-1);
  }

  names(folder: string): string[] {
    if (!this.folders.has(folder)) throw failure('ENOENT', folder);
    return [...this.links.keys(), ...this.folders].filter(path => path !== folder && dirname(path) === folder).map(path => path.slice(folder === '/' ? 1 : folder.length + 1)).sort();
  }

  syncFolder(folder: string): void {
    for (const path of new Set([...this.links.keys(), ...this.durable.keys()])) {
      if (dirname(path) !== folder) continue;
      const inode = this.links.get(path);
      if (inode === undefined) this.durable.delete(path);
      else this.durable.set(path, inode);
    }
  }

  powerLoss(dice: Dice): void {
    for (const path of new Set([...this.links.keys(), ...this.durable.keys()])) {
      const now = this.links.get(path);
      const before = this.durable.get(path);
      const kept = now === before || dice.chance(0.5) ? now : before;
      if (kept === undefined) this.links.delete(path);
      else this.links.set(path, kept);
    }
    this.durable.clear();
    for (const [path, inode] of this.links) {
      if (inode.synced === null || !inode.synced.equals(inode.data)) inode.data = inode.synced ?? inode.data.subarray(0, dice.int(0, inode.data.length));
      inode.synced = inode.data;
      this.durable.set(path, inode);
    }
  }
}

export type { Inode };
