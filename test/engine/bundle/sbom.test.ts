import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT_PACKAGES } from '../../../engine/bundle/sbom/agent-packages';
import { SBOM_PATH } from '../../../engine/bundle/sbom/sbom';
import { verifyBundle } from '../../../engine/bundle/verify-bundle';
import type { VerifiedBundle } from '../../../engine/bundle/verify-bundle';
import { ENGINE_VERSION } from '../../../engine/version';
import { build, context, crypto, testKey, trustOf } from './make-bundle';

const ROOT = join(import.meta.dirname, '../../..');
const MODEL = new Uint8Array(readFileSync(join(ROOT, 'notebooks/bearing.onnx')));

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly modelCard?: { readonly modelParameters: { readonly inputs: readonly { readonly format: string }[]; readonly outputs: readonly { readonly format: string }[] } };
}
interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string; readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

let bundle: VerifiedBundle;
let text: string;
let bom: Bom;

async function bundled(model: Uint8Array): Promise<VerifiedBundle> {
  const key = await testKey(7);
  const { bytes } = await build({ models: { 'bearing.onnx': model } }, [key.signer]);
  const verdict = await verifyBundle(bytes, trustOf([key]), context, crypto);
  if (!verdict.ok) throw new Error(verdict.detail);
  return verdict;
}

const sbomOf = (of: VerifiedBundle): string => new TextDecoder().decode(of.files.get(SBOM_PATH));

beforeAll(async () => {
  bundle = await bundled(MODEL);
  text = sbomOf(bundle);
  bom = JSON.parse(text) as Bom;
});

describe('the bill of materials of a bundle', () => {
  it('is valid CycloneDX 1.6 in the strict reading of the reference library', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(text)).toBeNull();
    expect(await validator.validate(sbomOf(await bundled(Uint8Array.of(1, 2, 3))))).toBeNull();
    expect(await validator.validate(text.replace('"machine-learning-model"', '"machine-learning-thing"'))).not.toBeNull();
  });

  it('names every other file of the bundle with the SHA-256 of the manifest', () => {
    const listed = new Map(bom.components.filter(item => item.hashes !== undefined).map(item => [item.name, item.hashes?.[0]?.content]));
    const others = bundle.manifest.files.filter(file => file.path !== SBOM_PATH);
    expect(listed).toEqual(new Map(others.map(file => [file.path, file.sha256])));
  });

  it('has a card of each model with what it takes and gives', () => {
    const models = bom.components.filter(item => item.type === 'machine-learning-model');
    expect(models.map(item => item.name)).toEqual(['models/bearing.onnx']);
    const parameters = models[0]?.modelCard?.modelParameters;
    expect(parameters?.inputs.length).toBeGreaterThan(0);
    expect(parameters?.inputs[0]?.format).toMatch(/^\w+: tensor\(float\) \[any, \d+\]$/);
    expect(parameters?.outputs.length).toBeGreaterThan(0);
  });

  it('refers only to components that it has, each once', () => {
    const refs = ['pipeline', ...bom.components.map(item => item['bom-ref'])];
    expect(new Set(refs).size).toBe(refs.length);
    for (const { ref, dependsOn } of bom.dependencies) expect(refs).toEqual(expect.arrayContaining([ref, ...dependsOn]));
  });

  it('has no clock in it, and a serial number that changes with the contents alone', async () => {
    expect(bom.metadata.timestamp).toBeUndefined();
    expect(bom.metadata.component).toMatchObject({ name: 'bearing-watch', version: '3' });
    expect(sbomOf(await bundled(MODEL))).toBe(text);
    const other = JSON.parse(sbomOf(await bundled(Uint8Array.of(1, 2, 3)))) as Bom;
    expect(other.serialNumber).not.toBe(bom.serialNumber);
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('names the agent and exactly the packages whose code the build puts into it or beside it, in their versions', async () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
    const { agentPackages } = (await import(join(ROOT, 'scripts', 'agent-packages.mjs'))) as { agentPackages(root: string): Promise<readonly unknown[]> };
    expect(AGENT_PACKAGES, 'run: node scripts/agent-packages.mjs').toEqual(await agentPackages(ROOT));
    expect(bom.components.find(item => item['bom-ref'] === 'agent')).toMatchObject({ name: 'littoral', version: manifest.version });
    expect(ENGINE_VERSION).toBe(manifest.version);
  });
});
