import { createPrivateKey, createPublicKey } from 'node:crypto';
import { buildBundle } from '../../../engine/bundle/build-bundle';
import { keyIdOf } from '../../../engine/bundle/crypto';
import type { Delivery, Plan, PlanNode } from '../../../engine/plan/plan';
import { nodeCrypto, nodeSigner } from '../doors/bundle-crypto';

/** What the simulated plant runs; releases of one pipeline differ in their windows or not at all. */
export interface PlanChoice {
  readonly delivery: Delivery;
  readonly sinkQos: 0 | 1 | 2;
  readonly sizeMs: number;
  readonly idleTimeoutMs: number | null;
}

export const PIPELINE = 'counts';
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, Buffer.alloc(32, 7)]), format: 'der', type: 'pkcs8' });

/** Values per device: windows of counts and means, and each value above a limit at once. */
export function planOf(choice: PlanChoice): Plan {
  const { delivery, sinkQos, sizeMs, idleTimeoutMs } = choice;
  const sink = (name: string, input: string, topic: string): PlanNode => ({ id: name, op: 'sink', input, config: { connector: 'mqtt', name, topic, connection: 'out', qos: sinkQos, retain: false } });
  return {
    littoralPlan: 1,
    name: PIPELINE,
    delivery,
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
          maxOutOfOrdernessMs: 100,
          maxFutureSkewMs: null,
          idleTimeoutMs,
          watermarkPer: 'topic'
        }
      },
      { id: 'high', op: 'filter', input: 'in', config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'value' }, right: { kind: 'literal', value: 0.7, type: 'float64' } } } },
      { id: 'byDevice', op: 'keyBy', input: 'in', config: { columns: ['device'] } },
      {
        id: 'windows',
        op: 'window',
        input: 'byDevice',
        config: {
          window: { kind: 'tumbling', sizeMs, offsetMs: 0 },
          aggregates: [
            { name: 'n', fn: 'count' },
            { name: 'mean', fn: 'mean', column: 'value' },
            { name: 'max', fn: 'max', column: 'value' }
          ],
          allowedLatenessMs: 0,
          latePolicy: 'drop',
          emit: 'onClose'
        }
      },
      sink('out', 'windows', 'out/{device}'),
      sink('alerts', 'high', 'alerts/{device}')
    ]
  };
}

const built = new Map<string, Promise<Uint8Array>>();

/** The signed bundle of one release; equal choices give equal bytes. */
export function bundleOf(choice: PlanChoice, release: number): Promise<Uint8Array> {
  const key = JSON.stringify([choice, release]);
  let bytes = built.get(key);
  if (bytes === undefined) {
    bytes = make(choice, release);
    built.set(key, bytes);
  }
  return bytes;
}

async function make(choice: PlanChoice, release: number): Promise<Uint8Array> {
  const { x = '', d = '' } = KEY.export({ format: 'jwk' });
  const signer = await nodeSigner({ kty: 'OKP', crv: 'Ed25519', x, d });
  const evidence = { recording: Buffer.from('\n'), rows: Buffer.from('\n'), report: {} };
  const { bytes } = await buildBundle({ plan: planOf(choice), models: {}, evidence: evidence as never, release, targets: ['*'], notBefore: '2020-01-01T00:00:00Z', expires: '2099-01-01T00:00:00Z' }, nodeCrypto(), [signer]);
  return bytes;
}

/** The trust file that knows the key of `bundleOf`. */
export function trustText(): string {
  const { x = '' } = createPublicKey(KEY).export({ format: 'jwk' });
  return JSON.stringify({ version: 1, threshold: 1, keys: [{ keyid: keyIdOf(Buffer.from(x, 'base64url')), kty: 'OKP', crv: 'Ed25519', x }] });
}
