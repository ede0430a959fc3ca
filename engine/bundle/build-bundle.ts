import { modelNames } from '../model/models-of';
import { toHex } from '../codec/sha256';
import { encodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import { planToJson } from '../plan/canonical-json';
import type { Plan } from '../plan/plan';
import { ENGINE_VERSION } from '../version';
import { canonicalJson } from './canonical-json';
import type { BundleCrypto, BundleSigner } from './crypto';
import { deploymentFiles } from './deploy/deployment-files';
import type { DeploymentValues } from './deploy/values';
import { deploymentValues } from './deploy/values';
import { signEnvelope } from './dsse';
import { instantMs } from './instant';
import { FORMAT_VERSION, MANIFEST_PATH, manifestBytes, PLAN_PATH } from './manifest';
import type { ManifestFile } from './manifest';
import { BUNDLE_ENTRY, ENVELOPE_ENTRY } from './open-bundle';
import { PAYLOAD_TYPE, statementBytes } from './statement';
import type { ZipEntry } from './write-zip';
import { writeZip } from './write-zip';

export const EVIDENCE_RECORDING_PATH = 'evidence/recording.ndjson';
export const EVIDENCE_ROWS_PATH = 'evidence/expected.rows.ndjson';
export const EVIDENCE_REPORT_PATH = 'evidence/report.json';
export const MODELS_FOLDER = 'models/';

export interface BundleInput {
  readonly plan: Plan;
  /** Model file name, as the plan has it → bytes. */
  readonly models: Readonly<Record<string, Uint8Array>>;
  readonly evidence: BundleEvidence;
  /** Counter of the pipeline's releases, from 1. */
  readonly release: number;
  /** Labels of machines, `*` for any characters. */
  readonly targets: readonly string[];
  /** Instants such as `2027-01-01T00:00:00Z`. */
  readonly notBefore: string;
  readonly expires: string;
  /** Oldest agent that may run it; default: the version of this engine. */
  readonly minAgent?: string;
  readonly deployment?: Partial<DeploymentValues>;
}

/** What was validated; the agent repeats it before it goes live. */
export interface BundleEvidence {
  /** `*.recording.ndjson` */
  readonly recording: Uint8Array;
  /** `*.rows.ndjson` that the recording must give. */
  readonly rows: Uint8Array;
  /** The report of the validation, as plain JSON. */
  readonly report: unknown;
}

export interface BuiltBundle {
  /** `<name>-<release>.littoral.zip` */
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`. */
  readonly sha256: string;
  /** SHA-256 of bundle.zip, which is what is signed. */
  readonly bundleSha256: string;
}

/** The signed bundle of a plan. Equal input and key give equal bytes in every host. Throws `BUNDLE_INPUT`, `BUNDLE_PATH` or `BUNDLE_SIZE`. */
export async function buildBundle(input: BundleInput, crypto: BundleCrypto, signers: readonly BundleSigner[]): Promise<BuiltBundle> {
  checkInput(input, signers);
  const { plan, release, targets, notBefore, expires } = input;
  const minAgent = input.minAgent ?? ENGINE_VERSION;
  const fileName = bundleFileName(plan.name, release);
  const contents = contentFiles(input, fileName);
  const files: ManifestFile[] = [];
  for (const { path, bytes } of contents) files.push({ path, size: bytes.length, sha256: toHex(await crypto.sha256(bytes)) });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest = manifestBytes({ formatVersion: FORMAT_VERSION, pipelineId: plan.name, release, minAgent, targets, files });
  const zip = writeZip([...contents, { path: MANIFEST_PATH, bytes: manifest }]);
  const bundleSha256 = toHex(await crypto.sha256(zip));
  const statement = statementBytes({
    subjectName: `${plan.name}-${release}.zip`,
    sha256: bundleSha256,
    pipelineId: plan.name,
    release,
    planSha256: files.find(file => file.path === PLAN_PATH)?.sha256 ?? '',
    targets,
    minAgent,
    notBefore,
    expires,
    materials: files.filter(file => file.path.startsWith(MODELS_FOLDER)).map(({ path, sha256 }) => ({ name: path, sha256 }))
  });
  const envelope = await signEnvelope(PAYLOAD_TYPE, statement, signers);
  const bytes = writeZip([
    { path: BUNDLE_ENTRY, bytes: zip },
    { path: ENVELOPE_ENTRY, bytes: envelope }
  ]);
  return { fileName, bytes, sha256: toHex(await crypto.sha256(bytes)), bundleSha256 };
}

/** `<name>-<release>.littoral.zip` */
export function bundleFileName(name: string, release: number): string {
  return `${name}-${release}.littoral.zip`;
}

function contentFiles(input: BundleInput, fileName: string): readonly ZipEntry[] {
  const { plan, models, evidence, release, targets } = input;
  const schemas = plan.nodes.filter(node => node.op === 'source').map(node => json(`schemas/${node.id}.json`, node.config.schema));
  const values = deploymentValues({ plan, release, targets, bundleFile: fileName, agentVersion: ENGINE_VERSION, values: input.deployment });
  return [
    { path: PLAN_PATH, bytes: encodeUtf8(`${planToJson(plan)}\n`) },
    ...modelNames(plan).map(name => ({ path: `${MODELS_FOLDER}${name}`, bytes: models[name]! })),
    ...schemas,
    { path: EVIDENCE_RECORDING_PATH, bytes: evidence.recording },
    { path: EVIDENCE_ROWS_PATH, bytes: evidence.rows },
    json(EVIDENCE_REPORT_PATH, evidence.report),
    ...deploymentFiles(values)
  ];
}

function json(path: string, value: unknown): ZipEntry {
  return { path, bytes: encodeUtf8(canonicalJson(value)) };
}

function checkInput(input: BundleInput, signers: readonly BundleSigner[]): void {
  const { plan, models, release, targets, notBefore, expires } = input;
  const refuse = (problem: string): LittoralError => new LittoralError('BUNDLE_INPUT', `bundle of "${plan.name}": ${problem}`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(plan.name)) throw refuse('the name becomes a file name; use letters, digits, ".", "_" and "-"');
  if (!Number.isSafeInteger(release) || release < 1) throw refuse(`release ${release} is no positive integer; releases count 1, 2, 3 …`);
  if (targets.length === 0) throw refuse('it has no targets; give at least one label, or "*" for any machine');
  const odd = targets.find(target => !/^[A-Za-z0-9*][A-Za-z0-9*._/-]*$/.test(target));
  if (odd !== undefined) throw refuse(`target ${JSON.stringify(odd)} is no label such as "site-a/line7" or "site-a/*"; use letters, digits, "*", ".", "_", "-" and "/"`);
  const [from, until] = [instantMs(notBefore), instantMs(expires)];
  if (Number.isNaN(from)) throw refuse(`notBefore "${notBefore}" is no instant such as 2027-01-01T00:00:00Z`);
  if (Number.isNaN(until)) throw refuse(`expires "${expires}" is no instant such as 2027-01-01T00:00:00Z`);
  if (until <= from) throw refuse(`it expires at ${expires}, not after it begins at ${notBefore}; give a later date`);
  if (signers.length === 0) throw refuse('nobody signs it; give a key (make one with `littoral keygen`)');
  const missing = modelNames(plan).find(name => !Object.hasOwn(models, name));
  if (missing !== undefined) throw refuse(`model "${missing}" is missing; put the file beside the plan`);
}
