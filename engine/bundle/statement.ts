import { canonicalJson } from './canonical-json';
import { encodeUtf8 } from '../codec/utf8';
import { parseJson } from './dsse';
import { instantMs } from './instant';
import { isVersion } from './version';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://littoral.dev/bundle/v1';

/** What is signed about a bundle (in-toto Statement v1). */
export interface BundleStatement {
  readonly subjectName: string;
  /** SHA-256 of bundle.zip, 64 lowercase hex digits. */
  readonly sha256: string;
  readonly pipelineId: string;
  readonly release: number;
  readonly planSha256: string;
  readonly targets: readonly string[];
  readonly minAgent: string;
  /** Instants such as `2027-01-01T00:00:00Z`. */
  readonly notBefore: string;
  readonly expires: string;
  readonly materials: readonly { readonly name: string; readonly sha256: string }[];
}

export function statementBytes(statement: BundleStatement): Uint8Array {
  const { subjectName, sha256, materials, ...predicate } = statement;
  return encodeUtf8(
    canonicalJson({
      _type: STATEMENT_TYPE,
      subject: [{ name: subjectName, digest: { sha256 } }],
      predicateType: PREDICATE_TYPE,
      predicate: { ...predicate, materials: materials.map(({ name, sha256: digest }) => ({ name, digest: { sha256: digest } })) }
    })
  );
}

/** The statement in verified bytes, or why it is none. */
export function parseStatement(bytes: Uint8Array): BundleStatement | string {
  const root = record(parseJson(bytes));
  if (root === null) return 'it is no JSON object';
  if (root['_type'] !== STATEMENT_TYPE) return `"_type" is not ${STATEMENT_TYPE}`;
  if (root['predicateType'] !== PREDICATE_TYPE) return `"predicateType" is not ${PREDICATE_TYPE}`;
  const subjects: readonly unknown[] = Array.isArray(root['subject']) ? root['subject'] : [];
  const subject = subjects.length === 1 ? digestOf(subjects[0]) : null;
  if (subject === null) return '"subject" is not one name with a SHA-256';
  const predicate = record(root['predicate']);
  if (predicate === null) return '"predicate" is no object';
  return parsePredicate(predicate, subject);
}

function parsePredicate(predicate: Readonly<Record<string, unknown>>, subject: Digest): BundleStatement | string {
  const { pipelineId, release, planSha256, targets, minAgent, notBefore, expires, materials } = predicate;
  if (typeof pipelineId !== 'string' || pipelineId === '') return '"pipelineId" is no text';
  if (!Number.isSafeInteger(release) || (release as number) < 1) return '"release" is no positive integer';
  if (!isSha256(planSha256)) return '"planSha256" is no SHA-256';
  if (!Array.isArray(targets) || !targets.every(target => typeof target === 'string')) return '"targets" is no list of texts';
  if (typeof minAgent !== 'string' || !isVersion(minAgent)) return '"minAgent" is no version such as 1.4.0';
  if (Number.isNaN(instantMs(notBefore))) return '"notBefore" is no instant such as 2027-01-01T00:00:00Z';
  if (Number.isNaN(instantMs(expires))) return '"expires" is no instant such as 2027-01-01T00:00:00Z';
  const digests = Array.isArray(materials) ? materials.map(digestOf) : [null];
  if (digests.some(digest => digest === null)) return '"materials" is no list of names with a SHA-256';
  return {
    subjectName: subject.name,
    sha256: subject.sha256,
    pipelineId,
    release: release as number,
    planSha256,
    targets: targets as string[],
    minAgent,
    notBefore: notBefore as string,
    expires: expires as string,
    materials: digests.filter(digest => digest !== null)
  };
}

interface Digest {
  readonly name: string;
  readonly sha256: string;
}

function digestOf(value: unknown): Digest | null {
  const entry = record(value);
  const sha256 = record(entry?.['digest'])?.['sha256'];
  const name = entry?.['name'];
  return typeof name === 'string' && isSha256(sha256) ? { name, sha256 } : null;
}

export function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

export function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}
