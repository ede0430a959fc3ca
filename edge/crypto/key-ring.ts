import { FIELD_KEY_BYTES, isKid } from '../../engine/crypto/field-frame';
import type { FieldSealer } from '../../engine/crypto/seal-batch';
import { LittoralError } from '../../engine/error';
import type { Schema } from '../../engine/schema/schema';
import { columnSeal, fieldToken, RandomIvs } from './fields';

/** Keys of one name in a Plan: the one that encrypts, and all that decrypt, by kid. */
export interface KeySet {
  readonly primaryKid: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** The key of tokens (`alg: "HS256"`), or null. */
  readonly tokenKey: Uint8Array | null;
}
/** By the name that a Plan uses, its `keyRef`. */
export type KeyRing = ReadonlyMap<string, KeySet>;

const TEXT_LENGTH_MAX = 1024 * 1024;
const EXAMPLE = '{ "plant": { "keys": [{ "kty": "oct", "kid": "00000001", "k": "<32 bytes, base64url>", "primary": true }] } }';

/**
 * The keys in `text`: JSON with a JWK Set (RFC 7517) for each key name of a Plan. A key is `oct` with 32 bytes and a kid of 8
 * hex digits; of several, one has `primary: true`; `status: "disabled"` leaves one out. One with `alg: "HS256"` makes tokens. Throws `KEY_FILE`; no message holds a key.
 */
export function parseKeyRing(text: string, subject: string): KeyRing {
  const fail = (problem: string): LittoralError => new LittoralError('KEY_FILE', `${subject}: ${problem}; expected ${EXAMPLE}. Correct it.`);
  if (text.length > TEXT_LENGTH_MAX) throw fail(`it has ${text.length} characters, more than ${TEXT_LENGTH_MAX}`);
  const document = parseJson(text, fail);
  if (!isRecord(document)) throw fail('it is no JSON object');
  return new Map(Object.entries(document).map(([name, set]) => [name, keySet(set, problem => fail(`"${name.slice(0, 64)}": ${problem}`))]));
}

function parseJson(text: string, fail: (problem: string) => LittoralError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail('it is not JSON');
  }
}

function keySet(set: unknown, fail: (problem: string) => LittoralError): KeySet {
  const entries: unknown = isRecord(set) ? set['keys'] : undefined;
  if (!Array.isArray(entries)) throw fail('it has no list "keys"');
  const enabled = entries.filter((entry: unknown) => !isRecord(entry) || entry['status'] !== 'disabled');
  const keys = new Map<string, Uint8Array>();
  let primaryKid: string | null = null;
  let tokenKey: Uint8Array | null = null;
  const encrypting = enabled.filter((entry: unknown) => !isRecord(entry) || entry['alg'] !== 'HS256');
  for (const entry of enabled.filter((each: unknown) => !encrypting.includes(each))) {
    if (tokenKey !== null) throw fail('two keys have alg "HS256"');
    tokenKey = jwk(entry, fail).key;
  }
  for (const entry of encrypting) {
    const { kid, key, primary } = jwk(entry, fail);
    if (keys.has(kid)) throw fail(`two keys have the kid ${kid}`);
    keys.set(kid, key);
    if (!primary && encrypting.length > 1) continue;
    if (primaryKid !== null) throw fail('two keys are primary');
    primaryKid = kid;
  }
  if (primaryKid === null) throw fail('no key is primary');
  return { primaryKid, keys, tokenKey };
}

function jwk(entry: unknown, fail: (problem: string) => LittoralError): { readonly kid: string; readonly key: Uint8Array; readonly primary: boolean } {
  if (!isRecord(entry) || entry['kty'] !== 'oct') throw fail('a key is not of kty "oct"');
  const { kid, k } = entry;
  if (typeof kid !== 'string' || !isKid(kid)) throw fail('a kid is not 8 lowercase hex digits');
  const key = typeof k === 'string' && /^[A-Za-z0-9_-]*$/u.test(k) ? new Uint8Array(Buffer.from(k, 'base64url')) : null;
  if (key?.length !== FIELD_KEY_BYTES) throw fail(`key ${kid} has no "k" of ${FIELD_KEY_BYTES} bytes`);
  return { kid, key, primary: entry['primary'] === true };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names of keys that columns of `schemas` need and `sealer` does not have. */
export function missingKeys(schemas: readonly Schema[], sealer: FieldSealer): readonly string[] {
  const tags = schemas.flatMap(({ fields }) => fields.flatMap(field => (field.tags?.encryption === undefined ? [] : [field.tags])));
  const missing = tags.filter(({ token, encryption = '' }) => (token === true ? sealer.token(encryption) : sealer.column(encryption, { pipelineId: '', fieldPath: '' })) === null);
  return [...new Set(missing.map(({ encryption = '' }) => encryption))];
}

/** Encrypts fields with the primary keys of `ring`, each under an initialisation vector at random. */
export function fieldSealer(ring: KeyRing): FieldSealer {
  const ivs = new RandomIvs();
  return {
    column(keyRef, column) {
      const set = ring.get(keyRef);
      const key = set?.keys.get(set.primaryKid);
      return set === undefined || key === undefined ? null : columnSeal({ key, kid: set.primaryKid }, ivs, column);
    },
    token(keyRef) {
      const key = ring.get(keyRef)?.tokenKey ?? null;
      return key === null ? null : plaintext => fieldToken(key, plaintext);
    }
  };
}
