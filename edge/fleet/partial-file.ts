import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { storageError } from '../store/storage-error';

/** A file on its way, as far as it has come; a download that was interrupted goes on from there, in another process as well. */
export class PartialFile {
  private constructor(
    private readonly path: string,
    private readonly sha256: string,
    private readonly size: number,
    private received: number
  ) {}

  /** Takes up what there is of the file with this SHA-256 in `folder`, whole pieces of `pieceBytes` only. */
  static async open(folder: string, sha256: string, size: number, pieceBytes: number): Promise<PartialFile> {
    const path = join(folder, `${sha256}.part`);
    try {
      await fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const present = await fs.stat(path).then(
        stats => stats.size,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return 0;
          throw error;
        }
      );
      const kept = present >= size ? (present === size ? size : 0) : present - (present % pieceBytes);
      if (present !== kept) await fs.truncate(path, kept);
      return new PartialFile(path, sha256, size, kept);
    } catch (error) {
      throw storageError(error, path);
    }
  }

  /** Bytes that are there. */
  get length(): number {
    return this.received;
  }

  get isWhole(): boolean {
    return this.received === this.size;
  }

  /** Begins again. */
  async clear(): Promise<void> {
    await fs.rm(this.path, { force: true });
    this.received = 0;
  }

  /** Throws `DOWNLOAD_SIZE` when the file would become larger than it was said to be. */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.received + bytes.length > this.size) throw new LittoralError('DOWNLOAD_SIZE', `bundle ${this.sha256.slice(0, 12)}…: more than the ${this.size} bytes that were announced. Deploy it again.`);
    try {
      await fs.appendFile(this.path, bytes, { mode: 0o600 });
    } catch (error) {
      throw storageError(error, this.path);
    }
    this.received += bytes.length;
  }

  /** The whole file. Throws `DOWNLOAD_HASH`, and forgets it, when it is another one. */
  async read(): Promise<Uint8Array> {
    const bytes = await fs.readFile(this.path).catch((error: unknown) => {
      throw storageError(error, this.path);
    });
    const seen = createHash('sha256').update(bytes).digest('hex');
    if (seen === this.sha256) return bytes;
    await this.clear();
    throw new LittoralError('DOWNLOAD_HASH', `bundle ${this.sha256.slice(0, 12)}…: what was fetched has SHA-256 ${seen.slice(0, 12)}…; expected the announced one. Deploy it again.`);
  }
}
