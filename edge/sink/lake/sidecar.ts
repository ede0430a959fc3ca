import { createHash } from 'node:crypto';
import { LittoralError } from '../../../engine/error';
import type { LakeStorage } from './storage';

/** What `_metadata/<epoch>.json` says about one epoch of a table. Each holds the hash of the one before: gaps and swaps show. */
export interface Sidecar {
  readonly version: 1;
  readonly epoch: number;
  readonly pipeline: string;
  readonly release: number;
  readonly shard: number;
  /** Ordinals of the rows within their sink, both inclusive. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly rows: number;
  readonly minEventTimeMs: number | null;
  readonly maxEventTimeMs: number | null;
  readonly schemaSha256: string;
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number; readonly sha256: string }[];
  /** Files that the epoch took out of a table whose rows are merged. */
  readonly removed?: readonly string[];
  /** SHA-256 of the previous sidecar's bytes; null for the first. */
  readonly previousSha256: string | null;
}

const EPOCH_DIGITS = 10;

/** Epoch as in file names. */
export function epochText(epoch: number): string {
  return String(epoch).padStart(EPOCH_DIGITS, '0');
}

/** The chain of sidecars of one table, which grows at its end. */
export class SidecarChain {
  private last: { readonly epoch: number; readonly sha256: string } | null = null;

  constructor(
    private readonly storage: LakeStorage,
    private readonly table: string
  ) {}

  /** Writes the sidecar of an epoch; a repetition finds the same bytes and does nothing. */
  async write(content: Omit<Sidecar, 'version' | 'previousSha256'>): Promise<void> {
    const sidecar: Sidecar = { version: 1, ...content, previousSha256: await this.previousHash(content.epoch) };
    const bytes = Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`);
    const path = `${this.table}/_metadata/${epochText(content.epoch)}.json`;
    if (!(await this.storage.create(path, bytes))) {
      const present = await this.storage.read(path);
      if (present === null || !bytes.equals(present)) {
        throw new LittoralError('LAKE_SIDECAR', `sidecar "${path}": holds something else than this epoch's description. Another agent writes to this table: give each its own.`);
      }
    }
    this.last = { epoch: content.epoch, sha256: sha256(bytes) };
  }

  private async previousHash(epoch: number): Promise<string | null> {
    if (this.last !== null && this.last.epoch === epoch - 1) return this.last.sha256;
    const folder = `${this.table}/_metadata/`;
    const own = `${folder}${epochText(epoch)}.json`;
    const before = (await this.storage.list(folder)).filter(({ path }) => /\/\d+\.json$/.test(path) && path < own).at(-1);
    const bytes = before === undefined ? null : await this.storage.read(before.path);
    return bytes === null ? null : sha256(bytes);
  }
}

/** In hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
