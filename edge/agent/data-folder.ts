import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../env/env';
import { storageError } from '../store/storage-error';

const TOKEN_BYTES = 32;

/** Creates the agent's folder and its databases for their owner alone, or makes them so. Throws a typed error when that is not possible. */
export function makeDataFolder(dataDir: string, databases: readonly string[]): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    keepPrivate(dataDir, 0o700);
    for (const name of databases) {
      const path = join(dataDir, name);
      closeSync(openSync(path, 'a', 0o600));
      keepPrivate(path, 0o600);
    }
  } catch (error) {
    throw storageError(error, dataDir);
  }
}

/** A volume that belongs to somebody else keeps the rights that it was given. */
function keepPrivate(path: string, mode: number): void {
  const { uid, mode: seen } = statSync(path);
  if (uid === process.getuid?.() && (seen & 0o777 & ~mode) !== 0) chmodSync(path, mode);
}

/** The token that `POST /bundles` asks for: kept in `admin.token`, mode 0600, made at the first start. */
export function adminToken(dataDir: string, env: Env): string {
  const path = join(dataDir, 'admin.token');
  if (existsSync(path)) {
    const token = readFileSync(path, 'utf8').trim();
    if (token.length >= TOKEN_BYTES) return token;
  }
  const token = env.randomHex(TOKEN_BYTES);
  writeFileSync(`${path}.tmp`, `${token}\n`, { mode: 0o600 });
  chmodSync(`${path}.tmp`, 0o600);
  renameSync(`${path}.tmp`, path);
  return token;
}

/** Says in `http.json` where this agent listens. */
export function announceHttp(dataDir: string, url: string, port: number): void {
  const path = join(dataDir, 'http.json');
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ url, port, pid: process.pid })}\n`);
  renameSync(`${path}.tmp`, path);
}
