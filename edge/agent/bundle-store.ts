import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_BUNDLE_LIMITS, openBundle, zipLimits } from '../../engine/bundle/open-bundle';
import { readZip, ZipProblem } from '../../engine/bundle/read-zip';
import { LittoralError } from '../../engine/error';
import type { Env } from '../env/env';
import { createDurably } from '../sink/lake/durable-file';

const FILE = 'bundle.littoral.zip';
const KEPT_BUNDLES = 5;

/** Puts a verified bundle file into `store/<sha256>/`, on disk before this resolves. */
export async function keepBundle(dataDir: string, sha256: string, bytes: Uint8Array, env: Env): Promise<void> {
  const path = join(dataDir, 'store', sha256, FILE);
  if (await createDurably(path, bytes, env)) return;
  const present = await fs.readFile(path);
  if (!present.equals(bytes)) await fs.rm(path).then(() => createDurably(path, bytes, env));
}

/**
 * The files of a bundle that was verified when it was activated. Rejects with `STORE_BUNDLE` when they are gone or are no
 * longer those bytes; who may run it and when is not asked again.
 */
export async function keptFiles(dataDir: string, sha256: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const path = join(dataDir, 'store', sha256, FILE);
  const damaged = (seen: string, cause?: unknown): LittoralError =>
    new LittoralError('STORE_BUNDLE', `bundle "${path}": ${seen}; expected the bundle that was activated. Start the agent with that bundle file; it is then kept again.`, { cause });
  const bytes = await fs.readFile(path).catch(cause => {
    throw damaged('it cannot be read', cause);
  });
  const opened = openBundle(bytes, DEFAULT_BUNDLE_LIMITS);
  if (!opened.ok) throw damaged(opened.detail);
  if (createHash('sha256').update(opened.zip).digest('hex') !== sha256) throw damaged('its SHA-256 is another');
  const entries = readZip(opened.zip, zipLimits(DEFAULT_BUNDLE_LIMITS));
  if (entries instanceof ZipProblem) throw damaged(entries.message);
  return new Map(entries.map(entry => [entry.path, entry.bytes]));
}

/**
 * Keeps `bytes` again when the kept copy of the active bundle is gone or damaged and `bytes` is the same bundle by its
 * SHA-256. Gives whether it did.
 */
export async function mendKept(dataDir: string, sha256: string, bytes: Uint8Array, env: Env): Promise<boolean> {
  const sound = await keptFiles(dataDir, sha256).then(
    () => true,
    (error: unknown) => {
      if (error instanceof LittoralError && error.code === 'STORE_BUNDLE') return false;
      throw error;
    }
  );
  if (sound) return false;
  const opened = openBundle(bytes, DEFAULT_BUNDLE_LIMITS);
  if (!opened.ok || createHash('sha256').update(opened.zip).digest('hex') !== sha256) return false;
  await keepBundle(dataDir, sha256, bytes, env);
  return true;
}

/** Removes the oldest bundles beyond a handful; never those of `needed` (SHA-256). */
export async function pruneBundles(dataDir: string, needed: readonly string[]): Promise<void> {
  const folder = join(dataDir, 'store');
  const names = (await fs.readdir(folder)).filter(name => /^[0-9a-f]{64}$/.test(name) && !needed.includes(name));
  const aged = await Promise.all(names.map(async name => ({ name, mtimeMs: (await fs.stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { name } of aged.slice(KEPT_BUNDLES - 1)) await fs.rm(join(folder, name), { recursive: true, force: true });
}
