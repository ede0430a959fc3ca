import { encodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import { canonicalJson } from './canonical-json';
import type { BundleCrypto, BundleSigner } from './crypto';
import { parseEnvelope, signEnvelope, verifyEnvelope } from './dsse';
import { parseTrust } from './trust';
import type { Trust } from './trust';

/** What is signed when a trust file replaces another one. */
export const TRUST_PAYLOAD_TYPE = 'application/vnd.littoral.trust+json';

/** Why an update is refused. */
export type TrustUpdateReason = 'ENVELOPE_INVALID' | 'SIGNATURE_INVALID' | 'KEY_EXPIRED' | 'THRESHOLD_NOT_MET' | 'PAYLOAD_TYPE' | 'TRUST_INVALID' | 'TRUST_NOT_NEXT';

export interface RefusedTrustUpdate {
  readonly ok: false;
  readonly reason: TrustUpdateReason;
  /** One sentence. */
  readonly detail: string;
}
export interface AcceptedTrustUpdate {
  readonly ok: true;
  readonly trust: Trust;
  /** The new trust file, as it was signed. */
  readonly bytes: Uint8Array;
  /** Old keys whose signatures counted. */
  readonly keyids: readonly string[];
}

/** The envelope that makes `document` the next trust file, for whoever holds enough of the old keys. Throws `TRUST_INVALID`. */
export async function signTrustUpdate(document: unknown, signers: readonly BundleSigner[]): Promise<Uint8Array> {
  const bytes = encodeUtf8(canonicalJson(document));
  parseTrust(bytes);
  return signEnvelope(TRUST_PAYLOAD_TYPE, bytes, signers);
}

/**
 * Whether `bytes` is the next trust file after `current`: signed by as many of the *current* keys as the current threshold
 * asks for, and exactly one version higher, so that neither an older file nor a far newer number is taken (TUF 1.0 §5.3).
 */
export async function verifyTrustUpdate(bytes: Uint8Array, current: Trust, nowMs: number, crypto: BundleCrypto): Promise<AcceptedTrustUpdate | RefusedTrustUpdate> {
  const refuse = (reason: TrustUpdateReason, detail: string): RefusedTrustUpdate => ({ ok: false, reason, detail });
  const envelope = parseEnvelope(bytes);
  if (typeof envelope === 'string') return refuse('ENVELOPE_INVALID', `the update is no DSSE envelope: ${envelope}`);
  const signed = await verifyEnvelope(envelope, current, nowMs, crypto);
  if (!signed.ok) return signed;
  if (envelope.payloadType !== TRUST_PAYLOAD_TYPE) return refuse('PAYLOAD_TYPE', `the signed payload is of type "${envelope.payloadType}", expected "${TRUST_PAYLOAD_TYPE}"`);
  const trust = readTrust(envelope.payload);
  if (typeof trust === 'string') return refuse('TRUST_INVALID', trust);
  if (trust.version !== current.version + 1) return refuse('TRUST_NOT_NEXT', `the update is version ${trust.version}, the trust file here is version ${current.version}; expected ${current.version + 1}`);
  return { ok: true, trust, bytes: envelope.payload, keyids: signed.keyids };
}

function readTrust(bytes: Uint8Array): Trust | string {
  try {
    return parseTrust(bytes);
  } catch (error) {
    if (error instanceof LittoralError) return error.message;
    throw error;
  }
}
