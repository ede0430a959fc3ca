import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { LittoralError } from '../../../engine/error';
import type { Env } from '../../env/env';
import { createDurably } from './durable-file';

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
  /** SHA-256 of the previous sidecar's bytes; null for the first. */
  readonly previousSha256: string | null;
}

const EPOCH_DIGITS = 10;

/** Epoch as in file names. */
export function epochText(epoch: number): string {
  return String(epoch).padStart(EPOCH_DIGITS, '0');
}

/** Writes the sidecar of an epoch; a repetition finds the same bytes and does nothing. */
export async function writeSidecar(tableDir: string, content: Omit<Sidecar, 'version' | 'previousSha256'>, env: Env): Promise<void> {
  const folder = join(tableDir, '_metadata');
  const previous = await previousHash(folder, content.epoch);
  const sidecar: Sidecar = { version: 1, ...content, previousSha256: previous };
  const bytes = Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`);
  const path = join(folder, `${epochText(content.epoch)}.json`);
  if (await createDurably(path, bytes, env)) return;
  const present = await fs.readFile(path);
  if (!present.equals(bytes)) {
    throw new LittoralError('LAKE_SIDECAR', `sidecar "${path}": holds something else than this epoch's description. Another agent writes to this table: give each its own.`);
  }
}

async function previousHash(folder: string, epoch: number): Promise<string | null> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const own = `${epochText(epoch)}.json`;
  const before = names.filter(name => /^\d+\.json$/.test(name) && name < own).sort().at(-1);
  return before === undefined ? null : createHash('sha256').update(await fs.readFile(join(folder, before))).digest('hex');
}
