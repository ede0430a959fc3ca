/** A file of a lake as a list has it. */
export interface StoredFile {
  /** Relative to the lake, `/` between names. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Where a lake's files are. Files are never changed: they are created whole, read and deleted. */
export interface LakeStorage {
  /** Subject of error messages: a folder or `s3://bucket/prefix`. */
  readonly name: string;
  /** Files whose path begins with `prefix` (empty, or a folder with its `/`), by path; empty when there are none. */
  list(prefix: string): Promise<readonly StoredFile[]>;
  /** Null: there is no such file. Throws `LAKE_FILE_SIZE` for one of more than `bytesMax`. */
  read(path: string, bytesMax?: number): Promise<Uint8Array | null>;
  /** Creates the file, durable once this resolves; false, and nothing is changed, when there is one of that path. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Makes a file as young as a new one, so that nobody takes it for one that was left long ago. */
  freshen(path: string): Promise<void>;
  /** Does nothing when there is no such file. */
  delete(path: string): Promise<void>;
}

/** Largest file that is read whole, bytes. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;
