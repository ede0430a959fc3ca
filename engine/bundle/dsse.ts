import { decodeBase64Any, encodeBase64 } from '../codec/base64';
import { decodeUtf8, encodeUtf8, utf8Length } from '../codec/utf8';
import type { BundleCrypto, BundleSigner } from './crypto';
import type { Trust } from './trust';

/** A signed payload, decoded; nothing in it is to be believed before `verifyEnvelope`. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

const SIGNATURES_MAX = 16;

/** DSSE v1 pre-authentication encoding: what is signed. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = encodeUtf8(`DSSEv1 ${utf8Length(payloadType)} ${payloadType} ${payload.length} `);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** The envelope of `payload` as JSON bytes. */
export async function signEnvelope(payloadType: string, payload: Uint8Array, signers: readonly BundleSigner[]): Promise<Uint8Array> {
  const message = pae(payloadType, payload);
  const signatures: { keyid: string; sig: string }[] = [];
  for (const signer of signers) signatures.push({ keyid: signer.keyid, sig: encodeBase64(await signer.sign(message)) });
  return encodeUtf8(`${JSON.stringify({ payload: encodeBase64(payload), payloadType, signatures })}\n`);
}

/** The envelope in `bytes`, or why it is none. Unknown members are ignored; keyids too, because they are not signed. */
export function parseEnvelope(bytes: Uint8Array): Envelope | string {
  const value = parseJson(bytes);
  if (typeof value !== 'object' || value === null) return 'it is no JSON object';
  const { payload, payloadType, signatures } = value as Readonly<Record<string, unknown>>;
  if (typeof payloadType !== 'string') return '"payloadType" is no text';
  const body = typeof payload === 'string' ? decodeBase64Any(payload) : null;
  if (body === null) return '"payload" is no base64';
  if (!Array.isArray(signatures) || signatures.length > SIGNATURES_MAX) return `"signatures" is no list of at most ${SIGNATURES_MAX}`;
  const decoded: Uint8Array[] = [];
  for (const entry of signatures as unknown[]) {
    const sig = typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>)['sig'] : undefined;
    const bytesOfSig = typeof sig === 'string' ? decodeBase64Any(sig) : null;
    if (bytesOfSig === null) return '"sig" of a signature is no base64';
    decoded.push(bytesOfSig);
  }
  return { payloadType, payload: body, signatures: decoded };
}

export type EnvelopeVerdict =
  | { readonly ok: true; readonly keyids: readonly string[] }
  | { readonly ok: false; readonly reason: 'SIGNATURE_INVALID' | 'KEY_EXPIRED' | 'THRESHOLD_NOT_MET'; readonly detail: string };

/** Whether enough different trusted keys have signed `envelope`. A bad signature beside enough good ones does no harm. */
export async function verifyEnvelope(envelope: Envelope, trust: Trust, nowMs: number, crypto: BundleCrypto): Promise<EnvelopeVerdict> {
  const message = pae(envelope.payloadType, envelope.payload);
  const good = new Set<string>();
  let foreign = 0;
  let expired: string | null = null;
  for (const signature of envelope.signatures) {
    const signer = signature.length === 64 ? await signerOf(message, signature, trust, crypto) : null;
    if (signer === null) foreign += 1;
    else if (signer.notAfterMs !== null && nowMs > signer.notAfterMs) expired = signer.keyid;
    else good.add(signer.keyid);
  }
  if (good.size >= trust.threshold) return { ok: true, keyids: [...good] };
  const have = `${good.size} of ${trust.threshold} needed keys have signed`;
  if (expired !== null) return { ok: false, reason: 'KEY_EXPIRED', detail: `${have}; key ${expired} is trusted no longer` };
  if (foreign > 0 && good.size === 0) return { ok: false, reason: 'SIGNATURE_INVALID', detail: `${have}; ${foreign} signature(s) are by no trusted key or over other bytes` };
  return { ok: false, reason: 'THRESHOLD_NOT_MET', detail: have };
}

async function signerOf(message: Uint8Array, signature: Uint8Array, trust: Trust, crypto: BundleCrypto): Promise<Trust['keys'][number] | null> {
  for (const key of trust.keys) if (await crypto.verify(key.publicKey, message, signature)) return key;
  return null;
}

/** The JSON value in `bytes`; undefined when they are not UTF-8 or not JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
