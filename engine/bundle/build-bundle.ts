import { toHex } from '../codec/sha256';
import { LittoralError } from '../error';
import { modelNames } from '../model/models-of';
import type { Plan } from '../plan/plan';
import { ENGINE_VERSION } from '../version';
import { bundleContents, modelFacts, MODELS_FOLDER } from './bundle-contents';
import type { BundleEvidence } from './bundle-contents';
import type { BundleCrypto, BundleSigner } from './crypto';
import type { DeploymentValues } from './deploy/values';
import { signEnvelope } from './dsse';
import { instantMs } from './instant';
import { FORMAT_VERSION, MANIFEST_PATH, manifestBytes, PLAN_PATH } from './manifest';
import type { ManifestFile } from './manifest';
import { BUNDLE_ENTRY, ENVELOPE_ENTRY } from './open-bundle';
import { SBOM_PATH, sbomBytes } from './sbom/sbom';
import { PAYLOAD_TYPE, statementBytes } from './statement';
import { isVersion } from './version';
import type { ZipEntry } from './write-zip';
import { writeZip } from './write-zip';

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
  const contents = bundleContents(input, fileName);
  const described = await listed(contents, crypto);
  const sbom = { path: SBOM_PATH, bytes: sbomBytes({ pipeline: plan.name, release, files: described, models: modelFacts(plan, input.models) }) };
  const files = sortedByPath([...described, ...(await listed([sbom], crypto))]);
  const manifest = manifestBytes({ formatVersion: FORMAT_VERSION, pipelineId: plan.name, release, minAgent, targets, files });
  const zip = writeZip([...contents, sbom, { path: MANIFEST_PATH, bytes: manifest }]);
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

async function listed(entries: readonly ZipEntry[], crypto: BundleCrypto): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const { path, bytes } of entries) files.push({ path, size: bytes.length, sha256: toHex(await crypto.sha256(bytes)) });
  return sortedByPath(files);
}

function sortedByPath(files: readonly ManifestFile[]): readonly ManifestFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function checkInput(input: BundleInput, signers: readonly BundleSigner[]): void {
  const { plan, models, release, targets, notBefore, expires, minAgent } = input;
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
  if (minAgent !== undefined && !isVersion(minAgent)) throw refuse(`minAgent "${minAgent}" is no version such as 1.4.0`);
  if (signers.length === 0) throw refuse('nobody signs it; give a key (make one with `littoral keygen`)');
  const missing = modelNames(plan).find(name => !Object.hasOwn(models, name));
  if (missing !== undefined) throw refuse(`model "${missing}" is missing; put the file beside the plan`);
}
