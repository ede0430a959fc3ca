import { encodeUtf8 } from '../../codec/utf8';
import { Sha256 } from '../../codec/sha256';
import { ENGINE_VERSION } from '../../version';
import { canonicalJson } from '../canonical-json';
import type { ManifestFile } from '../manifest';
import { AGENT_PACKAGES } from './agent-packages';
import { modelComponent, MODEL_REF } from './model-component';
import type { ModelFacts } from './model-component';

export const SBOM_PATH = 'sbom.cdx.json';

export interface SbomInput {
  readonly pipeline: string;
  readonly release: number;
  /** Every other file of the bundle but the manifest. */
  readonly files: readonly ManifestFile[];
  /** Path of a model in the bundle → what it takes and gives, and which nodes ask it. */
  readonly models: ReadonlyMap<string, ModelFacts>;
}

const PIPELINE_REF = 'pipeline';
const AGENT_REF = 'agent';
const ENGINE_REF = 'engine';

/**
 * The bill of materials of a bundle (CycloneDX 1.6 as JSON): agent, engine and their packages, each model with its card, and
 * every other file as data, with their SHA-256. No clock and no random reference: equal bundles give equal bytes, and the
 * serial number is a name-based UUID (RFC 9562, version 8) of the contents.
 */
export function sbomBytes(input: SbomInput): Uint8Array {
  const document = sbomDocument(input);
  const serialNumber = `urn:uuid:${uuidOf(new Sha256().update(encodeUtf8(canonicalJson(document))).hex())}`;
  return encodeUtf8(canonicalJson({ ...document, serialNumber }));
}

function sbomDocument({ pipeline, release, files, models }: SbomInput): Readonly<Record<string, unknown>> {
  const modelRefs = files.filter(file => models.has(file.path)).map(file => `${MODEL_REF}${file.path}`);
  const data = files.filter(file => !models.has(file.path));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', name: 'littoral', version: ENGINE_VERSION }] },
      component: { type: 'application', 'bom-ref': PIPELINE_REF, name: pipeline, version: String(release), description: 'A Littoral pipeline with its models and its evidence.' }
    },
    components: [
      agentComponent(),
      { type: 'library', 'bom-ref': ENGINE_REF, name: 'littoral-engine', version: ENGINE_VERSION, licenses: [{ license: { id: 'MIT' } }] },
      ...AGENT_PACKAGES.map(packageComponent),
      ...files.flatMap(file => {
        const facts = models.get(file.path);
        return facts === undefined ? [] : [modelComponent(file, facts)];
      }),
      ...data.map(fileComponent)
    ],
    dependencies: [
      { ref: PIPELINE_REF, dependsOn: [AGENT_REF, ...modelRefs, ...data.map(file => fileRef(file.path))] },
      { ref: AGENT_REF, dependsOn: [ENGINE_REF, ...AGENT_PACKAGES.map(item => purlOf(item.name, item.version))] }
    ]
  };
}

function agentComponent(): unknown {
  return { type: 'application', 'bom-ref': AGENT_REF, name: 'littoral', version: ENGINE_VERSION, purl: purlOf('littoral', ENGINE_VERSION), licenses: [{ license: { id: 'MIT' } }] };
}

function packageComponent({ name, version, license }: (typeof AGENT_PACKAGES)[number]): unknown {
  const purl = purlOf(name, version);
  const scope = /^(@[^/]+)\/(.+)$/.exec(name);
  return { type: 'library', 'bom-ref': purl, ...(scope === null ? { name } : { group: scope[1], name: scope[2] }), version, purl, licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }] };
}

function fileComponent({ path, sha256 }: ManifestFile): unknown {
  return { type: 'data', 'bom-ref': fileRef(path), name: path, hashes: [{ alg: 'SHA-256', content: sha256 }], data: [{ type: dataTypeOf(path), name: path }] };
}

/** CycloneDX's kinds of data. */
function dataTypeOf(path: string): 'configuration' | 'dataset' | 'definition' | 'other' {
  if (path.startsWith('evidence/')) return 'dataset';
  if (path.startsWith('schemas/')) return 'definition';
  return path === 'plan.json' || /^(deploy|observability)\//.test(path) ? 'configuration' : 'other';
}

const fileRef = (path: string): string => `file:${path}`;

/** Package URL of an npm package; the `@` of a scope is encoded. */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

/** Version 8 (free form) and the variant of RFC 9562 in the first 128 bits of a SHA-256. */
function uuidOf(sha256: string): string {
  const variant = '89ab'[parseInt(sha256.charAt(16), 16) & 3] ?? '8';
  return `${sha256.slice(0, 8)}-${sha256.slice(8, 12)}-8${sha256.slice(13, 16)}-${variant}${sha256.slice(17, 20)}-${sha256.slice(20, 32)}`;
}
