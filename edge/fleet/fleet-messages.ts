import { LittoralError } from '../../engine/error';
import { ObjectReader } from '../../engine/plan/json-reader';
import { CHUNK_BYTES, CHUNKS_MAX, isAgentName } from './topics';

export type Labels = Readonly<Record<string, string>>;
export type Health = 'ok' | 'waiting' | 'unhealthy' | 'offline';
/** What became of a bundle that an agent was to run. */
export type DeploymentOutcome = 'downloading' | 'checking' | 'live' | 'rejected' | 'rolledBack' | 'unavailable';

export interface DeploymentReport {
  /** Of the wish: `DesiredBundle.id`. */
  readonly id: string;
  readonly sha256: string;
  readonly release: number;
  readonly outcome: DeploymentOutcome;
  /** Code and sentence of a refusal or a rollback. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** Bytes that have been fetched. */
  readonly received: number;
  readonly size: number;
}

/** What an agent says of itself. */
export interface AgentReport {
  readonly agent: string;
  readonly version: string;
  readonly labels: Labels;
  readonly health: Health;
  readonly pipeline: string | null;
  readonly release: number | null;
  /** Of the active bundle. */
  readonly sha256: string | null;
  readonly sinceMs: number | null;
  readonly onProbation: boolean;
  readonly problem: string | null;
  readonly deployment: DeploymentReport | null;
  /** When it was said, by the agent's clock. */
  readonly atMs: number;
}

/** The bundle that an agent is to run, and how to get its file. */
export interface DesiredBundle {
  /** A wish with another id is tried again although the bundle was refused before. */
  readonly id: string;
  readonly pipeline: string;
  readonly release: number;
  /** SHA-256 of bundle.zip, by which agents know a bundle. */
  readonly sha256: string;
  /** SHA-256 and bytes of the `*.littoral.zip` file. */
  readonly fileSha256: string;
  readonly size: number;
  /** Where to fetch the file; null: in pieces from the broker. */
  readonly url: string | null;
}

export const BUNDLE_BYTES_MAX = 512 << 20;
const TEXT_MAX = 2_000;
const LABELS_MAX = 32;
const SHA256 = /^[0-9a-f]{64}$/;
const HEALTHS: readonly Health[] = ['ok', 'waiting', 'unhealthy', 'offline'];
const OUTCOMES: readonly DeploymentOutcome[] = ['downloading', 'checking', 'live', 'rejected', 'rolledBack', 'unavailable'];

export function encodeMessage(message: AgentReport | DesiredBundle): Uint8Array {
  return Buffer.from(JSON.stringify({ littoralFleet: 1, ...message }));
}

/** A wish from the broker. Throws `FLEET_MESSAGE` with what is wrong. */
export function parseDesired(payload: Uint8Array): DesiredBundle {
  return parsed('desired bundle', payload, reader => {
    const desired = {
      id: reader.text('id', 64),
      pipeline: reader.text('pipeline', 200),
      release: reader.integer('release', 0),
      sha256: hash(reader, 'sha256'),
      fileSha256: hash(reader, 'fileSha256'),
      size: reader.integer('size', 1, BUNDLE_BYTES_MAX),
      url: nullable(reader, 'url')
    };
    if (desired.url !== null && !/^https?:\/\//.test(desired.url)) throw new RangeError('its url is none of http or https');
    if (desired.url === null && desired.size > CHUNK_BYTES * CHUNKS_MAX) throw new RangeError(`${desired.size} bytes are too many for messages, at most ${CHUNK_BYTES * CHUNKS_MAX}`);
    return desired;
  });
}

/** A report from the broker. Throws `FLEET_MESSAGE` with what is wrong. */
export function parseReport(payload: Uint8Array): AgentReport {
  return parsed('agent report', payload, reader => {
    const agent = reader.text('agent', 64);
    if (!isAgentName(agent)) throw new RangeError(`"${agent}" is no name of an agent`);
    return {
      agent,
      version: reader.text('version', 64),
      labels: parseLabels(reader),
      health: reader.oneOf('health', HEALTHS),
      pipeline: nullable(reader, 'pipeline'),
      release: nullableNumber(reader, 'release'),
      sha256: nullable(reader, 'sha256'),
      sinceMs: nullableNumber(reader, 'sinceMs'),
      onProbation: reader.raw('onProbation') === true,
      problem: nullable(reader, 'problem'),
      deployment: reader.raw('deployment') === null ? null : parseDeployment(reader.object('deployment')),
      atMs: reader.number('atMs', 0, Number.MAX_SAFE_INTEGER)
    };
  });
}

function parseDeployment(reader: ObjectReader): DeploymentReport {
  return {
    id: reader.text('id', 64),
    sha256: hash(reader, 'sha256'),
    release: reader.integer('release', 0),
    outcome: reader.oneOf('outcome', OUTCOMES),
    reason: nullable(reader, 'reason'),
    detail: nullable(reader, 'detail'),
    received: reader.integer('received', 0),
    size: reader.integer('size', 0)
  };
}

function parseLabels(reader: ObjectReader): Labels {
  const labels = reader.raw('labels');
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) throw new RangeError('its labels are no object');
  const entries = Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0].length <= 64 && entry[1].length <= 200);
  return Object.fromEntries(entries.slice(0, LABELS_MAX));
}

function hash(reader: ObjectReader, name: string): string {
  const text = reader.text(name, 64);
  if (!SHA256.test(text)) throw new RangeError(`its ${name} is no SHA-256`);
  return text;
}

function nullable(reader: ObjectReader, name: string): string | null {
  return reader.raw(name) === null || !reader.has(name) ? null : reader.text(name, TEXT_MAX);
}

function nullableNumber(reader: ObjectReader, name: string): number | null {
  return reader.raw(name) === null || !reader.has(name) ? null : reader.number(name, 0, Number.MAX_SAFE_INTEGER);
}

function parsed<T>(what: string, payload: Uint8Array, read: (reader: ObjectReader) => T): T {
  try {
    return read(new ObjectReader(JSON.parse(Buffer.from(payload).toString('utf8')) as unknown, what));
  } catch (cause) {
    throw new LittoralError('FLEET_MESSAGE', `fleet: a ${what} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Deploy again with \`littoral fleet deploy\` of this version.`, { cause });
  }
}
