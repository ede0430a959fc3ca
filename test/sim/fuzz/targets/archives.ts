import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle, DEFAULT_BUNDLE_LIMITS, zipLimits } from '../../../../engine/bundle/open-bundle';
import { readZip, ZipProblem } from '../../../../engine/bundle/read-zip';
import { parseTrust } from '../../../../engine/bundle/trust';
import { verifyBundle } from '../../../../engine/bundle/verify-bundle';
import { LittoralError } from '../../../../engine/error';
import { readModel } from '../../../../engine/model/read-model';
import { nodeCrypto } from '../../../../edge/host/bundle-crypto';
import { loadModels } from '../../../../edge/host/inference';
import { readUntrustedBundle } from '../../../../edge/host/open-bundle-file';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../../../edge/bundles';
import { ROOT } from '../../../bench/peers/root';
import { refusedOr, type FuzzTarget } from '../target';

const LOADED_SHARE = 20;
const isTyped = (error: unknown): error is LittoralError => error instanceof LittoralError;

/** Bundle files: the strict reader, the reader of `inspect`, and the whole verification. Nothing that was changed may pass. */
export async function bundle(folder: string): Promise<FuzzTarget> {
  const signing = makeSigning(join(folder, 'trust.json'));
  const seed = await makeBundle({ plan: countingPlan({ lake: false }), signing, release: 1, recording: [valueLine('a', 1_000, 1)] });
  const trusted = parseTrust(readFileSync(signing.trustFile));
  const opened = openBundle(seed, DEFAULT_BUNDLE_LIMITS);
  if (!opened.ok) throw new Error(opened.detail);
  const context = { nowMs: Date.UTC(2026, 0, 1), agentVersion: '99.0.0', target: null };
  return {
    seeds: [seed, opened.zip],
    words: [Buffer.from('PK\u0001\u0002'), Buffer.from('PK\u0003\u0004'), Buffer.from('PK\u0005\u0006'), Buffer.from('../../x'), Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
    bytesMax: 1 << 20,
    async take(input) {
      const zip = readZip(input, zipLimits(DEFAULT_BUNDLE_LIMITS));
      refusedOr(() => {
        readUntrustedBundle(input, 'fuzz.zip');
        return 'read';
      }, isTyped);
      const verdict = await verifyBundle(input, trusted, context, nodeCrypto());
      if (verdict.ok && !Buffer.from(input).equals(seed)) throw new Error('a bundle with other bytes was accepted');
      return verdict.ok ? 'accepted' : `${verdict.reason}${zip instanceof ZipProblem ? '' : ', archive reads'}`;
    }
  };
}

/** Model files: the contract reader for each, the runtime for one in 20 of those that it lets through. */
export async function onnx(): Promise<FuzzTarget> {
  const folder = join(ROOT, 'test', 'golden', 'reference', 'onnx');
  const small = readdirSync(folder).filter(name => name.endsWith('.onnx')).map(name => readFileSync(join(folder, name))).filter(bytes => bytes.length < 1 << 16);
  const [first] = small;
  if (first !== undefined) await (await loadModels({ 'first.onnx': first })).dispose();
  let passed = 0;
  return {
    seeds: small,
    words: [Buffer.from('external_data'), Buffer.from('location'), Buffer.from('com.microsoft'), Buffer.from('Loop'), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)],
    async take(input) {
      const model = readModel(input);
      if (!model.ok) return model.reason;
      if (passed++ % LOADED_SHARE > 0) return 'contract';
      try {
        await (await loadModels({ 'fuzz.onnx': input })).dispose();
        return 'loaded';
      } catch (error) {
        if (isTyped(error)) return error.code;
        throw error;
      }
    }
  };
}
