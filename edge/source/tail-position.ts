import { createHash } from 'node:crypto';

/** How far a file is read. It is the same file while device, inode, time of birth and first bytes are the same. */
export interface TailPosition {
  /** Device and inode. */
  readonly id: string;
  /** When the file was made; null: not known yet. */
  readonly bornMs: number | null;
  /** Path below the folder when it was found: the topic of its lines, also after a rename. */
  readonly path: string;
  /** Bytes that are taken in, up to the end of a line. */
  readonly offset: number;
  /** Bytes behind `offset` belong to a line that is too long and is left out. */
  readonly skipping: boolean;
  readonly headBytes: number;
  /** SHA-256 of the first `headBytes` bytes. */
  readonly headHash: string;
  /** SHA-256 of the last `tailBytes` bytes before `offset`. */
  readonly tailBytes: number;
  readonly tailHash: string;
}

/** Bytes at the beginning by which a file is known again. */
export const HEAD_BYTES_MAX = 1_024;

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

export function encodePosition(position: TailPosition): Uint8Array {
  return Buffer.from(JSON.stringify(position));
}

export function decodePosition(bytes: Uint8Array): TailPosition {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as TailPosition;
}
