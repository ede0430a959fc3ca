import { constants, promises as fs } from 'node:fs';

type FileHandle = Awaited<ReturnType<typeof fs.open>>;

const HANDLES_MAX = 256;

/** Open handles by device and inode: a file that is renamed or deleted can be read to its end. The ones unused for longest are closed. */
export class OpenFiles {
  private readonly handles = new Map<string, FileHandle>();

  has(id: string): boolean {
    return this.handles.has(id);
  }

  /** The handle of `id`, opened by name if need be; null when the name now belongs to another file. Rejects when it cannot be opened. */
  async open(id: string, file: string): Promise<FileHandle | null> {
    const known = this.handles.get(id);
    if (known !== undefined) {
      this.handles.delete(id);
      this.handles.set(id, known);
      return known;
    }
    const handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile() || `${stats.dev}-${stats.ino}` !== id) {
      await handle.close();
      return null;
    }
    this.handles.set(id, handle);
    for (const [oldest] of this.handles) {
      if (this.handles.size <= HANDLES_MAX) break;
      await this.close(oldest);
    }
    return handle;
  }

  /** The bytes [from, from + length) as far as there are any. */
  async read(handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async close(id: string): Promise<void> {
    const handle = this.handles.get(id);
    this.handles.delete(id);
    await handle?.close();
  }

  async closeAll(): Promise<void> {
    for (const id of [...this.handles.keys()]) await this.close(id);
  }
}
