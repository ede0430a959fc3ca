import { decodeBase64Any } from '../codec/base64';
import { toHex } from '../codec/sha256';
import { decodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import { keyIdOf } from './crypto';
import { instantMs } from './instant';

/** Whose signatures count, and how many are needed. */
export interface Trust {
  readonly version: number;
  readonly threshold: number;
  readonly keys: readonly TrustedKey[];
}
export interface TrustedKey {
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  /** Signatures do not count after this instant; null: always. */
  readonly notAfterMs: number | null;
}

const KEYS_MAX = 100;

/** Points of small order, sign bit cleared, for which some verifiers accept any message (libsodium's list). */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]);

/** Reads a trust file (reliability rules: unique keys, keyid = SHA-256 of the SPKI). Throws `TRUST_INVALID`. */
export function parseTrust(bytes: Uint8Array): Trust {
  const text = decodeUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  if (!isRecord(value)) throw invalid('it is no JSON object');
  const { version, threshold, keys } = value;
  if (!isCount(version)) throw invalid('"version" is no positive integer');
  if (!isCount(threshold)) throw invalid('"threshold" is no positive integer');
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) throw invalid(`"keys" is no list of at most ${KEYS_MAX} keys`);
  const trusted = keys.map(parseKey);
  if (new Set(trusted.map(key => key.keyid)).size !== trusted.length) throw invalid('a key stands twice');
  if (threshold > trusted.length) throw invalid(`"threshold" is ${threshold}, but there are only ${trusted.length} keys`);
  return { version, threshold, keys: trusted };
}

function parseKey(value: unknown, index: number): TrustedKey {
  const where = `key ${index}`;
  if (!isRecord(value)) throw invalid(`${where} is no object`);
  const { keyid, kty, crv, x, notAfter } = value;
  if (kty !== 'OKP' || crv !== 'Ed25519') throw invalid(`${where} is not of kty "OKP" and crv "Ed25519"`);
  const publicKey = typeof x === 'string' ? decodeBase64Any(x) : null;
  if (publicKey?.length !== 32) throw invalid(`"x" of ${where} is not 32 bytes of base64url`);
  if (SMALL_ORDER.has(withoutSign(publicKey))) throw invalid(`${where} is a point of small order, which signs nothing`);
  if (keyid !== keyIdOf(publicKey)) throw invalid(`"keyid" of ${where} is not the SHA-256 of its public key`);
  const notAfterMs = notAfter === undefined || notAfter === null ? null : instantMs(notAfter);
  if (Number.isNaN(notAfterMs)) throw invalid(`"notAfter" of ${where} is no instant such as 2027-01-01T00:00:00Z`);
  return { keyid: keyIdOf(publicKey), publicKey, notAfterMs };
}

function withoutSign(publicKey: Uint8Array): string {
  const bytes = new Uint8Array(publicKey);
  bytes[31]! &= 0x7f;
  return toHex(bytes);
}

function invalid(seen: string, cause?: unknown): LittoralError {
  return new LittoralError(
    'TRUST_INVALID',
    `trust file: ${seen}; expected {"version","threshold","keys":[{"keyid","kty","crv","x","notAfter"}]}. Make one with \`littoral keygen --key FILE --trust FILE\`.`,
    cause === undefined ? {} : { cause }
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
