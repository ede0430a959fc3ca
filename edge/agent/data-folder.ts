import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../env/env';
import { storageError } from '../store/storage-error';

const TOKEN_BYTES = 32;

/** Creates the agent's folder for its owner alone. Throws a typed error when that is not possible. */
export function makeDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storageError(error, dataDir);
  }
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
