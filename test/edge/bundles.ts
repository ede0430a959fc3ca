import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { buildBundle } from '../../engine/bundle/build-bundle';
import { keyIdOf } from '../../engine/bundle/crypto';
import type { Plan } from '../../engine/plan/plan';
import { nodeCrypto, nodeSigner } from '../../edge/host/bundle-crypto';
import { replayHere } from '../../edge/host/replay';

/** A key that signs and the trust file that knows it. */
export interface Signing {
  readonly jwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string; readonly d: string };
  readonly trustFile: string;
}

export function makeSigning(trustFile: string): Signing {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new Error('no Ed25519 in this Node');
  const keyid = keyIdOf(Buffer.from(x, 'base64url'));
  writeFileSync(trustFile, JSON.stringify({ version: 1, threshold: 1, keys: [{ keyid, kty: 'OKP', crv: 'Ed25519', x }] }));
  return { jwk: { kty: 'OKP', crv: 'Ed25519', x, d }, trustFile };
}

export interface BundleOptions {
  readonly plan: Plan;
  readonly signing: Signing;
  readonly release: number;
  /** Lines of the recording that is the evidence. */
  readonly recording: readonly string[];
  readonly models?: Readonly<Record<string, Uint8Array>>;
  /** Put into the bundle instead of every model, after the evidence was made. */
  readonly swapModel?: Uint8Array;
  readonly targets?: readonly string[];
  readonly expires?: string;
  /** Changes the expected rows, for bundles whose evidence does not hold. */
  readonly alterRows?: (text: string) => string;
}

/** A signed bundle with evidence made by a replay. */
export async function makeBundle(options: BundleOptions): Promise<Uint8Array> {
  const { plan, signing, release, swapModel, models = {}, targets = ['*'], expires = '2099-01-01T00:00:00Z', alterRows = text => text } = options;
  const recording = Buffer.from(options.recording.map(line => `${line}\n`).join(''));
  let rows = '';
  const { report } = await replayHere({ plan, models }, chunks(recording), { onRows: text => (rows += text) });
  const built = await buildBundle(
    { plan, models: swapModel === undefined ? models : Object.fromEntries(Object.keys(models).map(name => [name, swapModel])), release, targets, notBefore: '2020-01-01T00:00:00Z', expires, evidence: { recording, rows: Buffer.from(alterRows(rows)), report: JSON.parse(JSON.stringify(report)) } },
    nodeCrypto(),
    [await nodeSigner(signing.jwk)]
  );
  return built.bytes;
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A pipeline like job J1: positive values, one second per device, to a topic and to the lake. */
export function countingPlan(options: { readonly name?: string; readonly delivery?: Plan['delivery']; readonly lake?: boolean; readonly sizeMs?: number; readonly qos?: 0 | 1 | 2; readonly idleTimeoutMs?: number; readonly watermarkPer?: 'source' | 'topic'; readonly sinkConnection?: string } = {}): Plan {
  const { name = 'counts', delivery, lake = true, sizeMs = 1_000, qos = 1, idleTimeoutMs = null, watermarkPer = 'source', sinkConnection = 'plant' } = options;
  return {
    littoralPlan: 1,
    name,
    ...(delivery === undefined ? {} : { delivery }),
    nodes: [
      {
        id: 'in',
        op: 'source',
        config: {
          connector: 'mqtt',
          topic: 'plant/+/value',
          connection: 'plant',
          decoder: { format: 'json' },
          schema: {
            fields: [
              { name: 'device', type: 'utf8', nullable: false },
              { name: 'tMs', type: 'timestampMs', nullable: false },
              { name: 'value', type: 'float64', nullable: true }
            ]
          },
          eventTime: 'tMs',
          topicColumns: { device: 1 },
          maxOutOfOrdernessMs: 0,
          maxFutureSkewMs: null,
          idleTimeoutMs,
          watermarkPer
        }
      },
      { id: 'positive', op: 'filter', input: 'in', config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'value' }, right: { kind: 'literal', value: 0, type: 'float64' } } } },
      { id: 'byDevice', op: 'keyBy', input: 'positive', config: { columns: ['device'] } },
      {
        id: 'second',
        op: 'window',
        input: 'byDevice',
        config: {
          window: { kind: 'tumbling', sizeMs, offsetMs: 0 },
          aggregates: [
            { name: 'n', fn: 'count' },
            { name: 'mean', fn: 'mean', column: 'value' },
            { name: 'min', fn: 'min', column: 'value' },
            { name: 'max', fn: 'max', column: 'value' },
            { name: 'sd', fn: 'stddev', column: 'value' }
          ],
          allowedLatenessMs: 0,
          latePolicy: 'drop',
          emit: 'onClose'
        }
      },
      { id: 'out', op: 'sink', input: 'second', config: { connector: 'mqtt', name: 'out', topic: 'out/{device}', connection: sinkConnection, qos, retain: false } },
      ...(lake ? [{ id: 'lake', op: 'sink' as const, input: 'second', config: { connector: 'lake' as const, name: 'lake', table: 'counts', partitionBy: ['day'] } }] : [])
    ]
  };
}

/** The recording line of one value, as `countingPlan` reads it. */
export function valueLine(device: string, tMs: number, value: number): string {
  return JSON.stringify({ arrivalTimeMs: tMs, topic: `plant/${device}/value`, payload: { tMs, value } });
}
