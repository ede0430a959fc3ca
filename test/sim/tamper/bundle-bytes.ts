import { buildBundle } from '../../../engine/bundle/build-bundle';
import { webCrypto, webCryptoSigner } from '../../../engine/bundle/crypto';
import type { SubtleLike } from '../../../engine/bundle/crypto';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { parsePlan } from '../../../engine/plan/parse-plan';

/** What every host makes a bundle of, to compare the bytes; the key is made for that and trusted by nobody. */
export interface BytesInput {
  readonly plan: unknown;
  readonly models: Readonly<Record<string, Uint8Array>>;
  readonly jwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly d: string };
}

/** SHA-256 of the bundle file that this host makes of `input`. */
export async function bundleBytes(subtle: SubtleLike, { plan, models, jwk }: BytesInput): Promise<string> {
  const evidence = { recording: encodeUtf8('{"arrivalTimeMs":1,"tick":true}\n'), rows: encodeUtf8(''), report: { rowsIn: 0, watermarkMs: 1.5, note: 'ö' } };
  const input = { plan: parsePlan(plan), models, evidence, release: 3, targets: ['site-a/*'], notBefore: '2026-01-01T00:00:00Z', expires: '2027-01-01T00:00:00Z' };
  return (await buildBundle(input, webCrypto(subtle), [await webCryptoSigner(subtle, jwk)])).sha256;
}
