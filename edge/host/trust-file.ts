import { existsSync } from 'node:fs';
import { LittoralError } from '../../engine/error';
import { readFileText, writeWholeFile } from './files';
import { keyIdOfJwk } from './signing-key';
import type { PublicJwk } from './signing-key';

/** Which keys an agent trusts, as the file holds it. */
export interface TrustDocument {
  readonly version: number;
  readonly threshold: number;
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** The trust file at `path`, or an empty one (version 0, threshold 1) when there is none. Rejects with `TRUST_UNREADABLE`. */
export async function readTrustDocument(path: string): Promise<TrustDocument> {
  return existsSync(path) ? parseTrustDocument(await readFileText(path, 'key'), path) : { version: 0, threshold: 1, keys: [] };
}

/** Writes `old` with `key` in it, one version higher, and returns that version. */
export async function writeTrustedKey(path: string, old: TrustDocument, key: PublicJwk, notAfter: string): Promise<number> {
  const keyid = keyIdOfJwk(key);
  const others = old.keys.filter(entry => entry['keyid'] !== keyid);
  const entry = { keyid, kty: key.kty, crv: key.crv, x: key.x, notAfter };
  const document: TrustDocument = { version: old.version + 1, threshold: old.threshold, keys: [...others, entry] };
  await writeWholeFile(path, `${JSON.stringify(document, null, 2)}\n`);
  return document.version;
}

export interface TrustChange {
  readonly add: TrustDocument['keys'];
  /** First letters of keyids. */
  readonly remove: readonly string[];
  /** Default: as before. */
  readonly threshold: number | undefined;
}

/** The next version of `old`. Throws `TRUST_CHANGE` when a key to remove is not there or not the only one that is meant. */
export function nextTrustDocument(old: TrustDocument, { add, remove, threshold }: TrustChange): TrustDocument {
  const removed = new Set(remove.map(start => keyStarting(old, start)));
  const added = new Map(add.map(entry => [entry['keyid'], entry]));
  const kept = old.keys.filter(entry => !removed.has(entry['keyid']) && !added.has(entry['keyid']));
  return { version: old.version + 1, threshold: threshold ?? old.threshold, keys: [...kept, ...added.values()] };
}

function keyStarting(of: TrustDocument, start: string): unknown {
  const found = of.keys.map(entry => entry['keyid']).filter(keyid => start !== '' && String(keyid).startsWith(start));
  if (found.length === 1) return found[0];
  throw new LittoralError('TRUST_CHANGE', `key "${start}": ${found.length} keys of the trust file begin so; expected one. Look with \`littoral trust show\`.`);
}

function parseTrustDocument(text: string, path: string): TrustDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is not JSON');
  }
  if (!isTrustDocument(document)) throw unreadable(path, 'version, threshold or keys is missing');
  return document;
}

function isTrustDocument(value: unknown): value is TrustDocument {
  if (typeof value !== 'object' || value === null) return false;
  if (!('version' in value) || !('threshold' in value) || !('keys' in value)) return false;
  return Number.isSafeInteger(value.version) && Number.isSafeInteger(value.threshold) && Array.isArray(value.keys) && value.keys.every(key => typeof key === 'object' && key !== null);
}

function unreadable(path: string, seen: string): LittoralError {
  return new LittoralError(
    'TRUST_UNREADABLE',
    `trust file "${path}": ${seen}; {"version","threshold","keys"} was expected. Make one with \`littoral keygen --key FILE --trust FILE\`.`
  );
}
