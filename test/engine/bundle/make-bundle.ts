import { webcrypto } from 'node:crypto';
import type { BundleInput, BuiltBundle } from '../../../engine/bundle/build-bundle';
import { buildBundle } from '../../../engine/bundle/build-bundle';
import type { BundleSigner, SigningJwk, SubtleLike } from '../../../engine/bundle/crypto';
import { webCrypto, webCryptoSigner } from '../../../engine/bundle/crypto';
import type { Trust } from '../../../engine/bundle/trust';
import { parseTrust } from '../../../engine/bundle/trust';
import type { VerifyContext } from '../../../engine/bundle/verify-bundle';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import type { Plan } from '../../../engine/plan/plan';

export const subtle: SubtleLike = webcrypto.subtle as unknown as SubtleLike;
export const crypto = webCrypto(subtle);

export interface TestKey {
  readonly signer: BundleSigner;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** A signer and its entry in a trust file. `seed` chooses the key, so that runs can be repeated. */
export async function testKey(seed: number, notAfter?: string): Promise<TestKey> {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const jwk = (await webcrypto.subtle.exportKey('jwk', key)) as unknown as SigningJwk;
  const signer = await webCryptoSigner(subtle, jwk);
  return { signer, entry: { keyid: signer.keyid, kty: 'OKP', crv: 'Ed25519', x: jwk.x, ...(notAfter === undefined ? {} : { notAfter }) } };
}

export function trustOf(keys: readonly TestKey[], threshold = 1): Trust {
  return parseTrust(encodeUtf8(JSON.stringify({ version: 1, threshold, keys: keys.map(key => key.entry) })));
}

export const plan: Plan = {
  littoralPlan: 1,
  name: 'bearing-watch',
  nodes: [
    {
      id: 'source',
      op: 'source',
      config: {
        connector: 'mqtt',
        topic: 'plant/+/vibration',
        connection: 'plant',
        decoder: { format: 'json' },
        schema: { fields: [{ name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'rms', type: 'float32', nullable: false }] },
        eventTime: 'tMs',
        maxOutOfOrdernessMs: 0,
        maxFutureSkewMs: 60_000,
        idleTimeoutMs: null,
        watermarkPer: 'source'
      }
    },
    { id: 'predict', op: 'predict', input: 'source', config: { model: 'bearing.onnx', inputs: { features: ['rms'] }, outputs: { score: { column: 'score', type: 'float32' } }, onError: 'deadLetter' } },
    { id: 'lake', op: 'sink', input: 'predict', config: { connector: 'lake', name: 'lake', table: 'vibration', partitionBy: ['day'] } }
  ]
};

export const input: BundleInput = {
  plan,
  models: { 'bearing.onnx': Uint8Array.from({ length: 400 }, (_, i) => i & 255), 'unused.onnx': Uint8Array.of(1) },
  evidence: { recording: encodeUtf8('{"arrivalTimeMs":1,"tick":true}\n'), rows: encodeUtf8(''), report: { rowsIn: 0, late: 0 } },
  release: 3,
  targets: ['site-a/*'],
  notBefore: '2026-01-01T00:00:00Z',
  expires: '2027-01-01T00:00:00Z'
};

export const context: VerifyContext = { nowMs: Date.UTC(2026, 5, 1), agentVersion: '0.1.0', target: 'site-a/line7', pipelineId: 'bearing-watch', currentRelease: 2 };

export function build(changes: Partial<BundleInput> = {}, signers: readonly BundleSigner[]): Promise<BuiltBundle> {
  return buildBundle({ ...input, ...changes }, crypto, signers);
}
