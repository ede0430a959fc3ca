import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { Journal } from '../../../edge/agent/journal';
import { Pipeline } from '../../../edge/agent/pipeline';
import { fieldToken, openField } from '../../../edge/crypto/fields';
import { fieldSealer, parseKeyRing, type KeyRing } from '../../../edge/crypto/key-ring';
import { replayHere } from '../../../edge/host/replay';
import { decodeBatch } from '../../../edge/sink/batch-codec';
import { decodeEffects } from '../../../edge/sink/effect-codec';
import { Store } from '../../../edge/store/store';
import { valueAt } from '../../../engine/batch/value';
import { plaintextValue } from '../../../engine/crypto/field-plaintext';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { deltaFields } from '../../../engine/lake/delta-schema';
import { parsePlan } from '../../../engine/plan/parse-plan';
import { envAt } from '../env-at';

const plan = parsePlan({
  littoralPlan: 1,
  name: 'people',
  nodes: [
    {
      id: 'in',
      op: 'source',
      config: {
        connector: 'mqtt',
        topic: 'plant/+',
        connection: 'plant',
        decoder: { format: 'json' },
        schema: { fields: [{ name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'device', type: 'utf8', nullable: false }, { name: 'operator', type: 'utf8', nullable: true }, { name: 'load', type: 'float64', nullable: false }] },
        eventTime: 'tMs',
        maxOutOfOrdernessMs: 0,
        maxFutureSkewMs: null,
        idleTimeoutMs: null,
        watermarkPer: 'source'
      }
    },
    { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['device'] } },
    { id: 'secret', op: 'encrypt', input: 'keyed', config: { columns: ['operator', 'load'], keyRef: 'plant', tokens: { operator: 'who' } } },
    { id: 'out', op: 'sink', input: 'secret', config: { connector: 'mqtt', name: 'out', topic: 'out/{device}', connection: 'plant', qos: 1, retain: false } },
    { id: 'lake', op: 'sink', input: 'secret', config: { connector: 'lake', name: 'lake', table: 'people', partitionBy: ['device'] } }
  ]
});
const RING: KeyRing = parseKeyRing(JSON.stringify({ plant: { keys: [{ kty: 'oct', kid: '0000002a', k: Buffer.alloc(32, 7).toString('base64url') }, { kty: 'oct', kid: '0000002b', alg: 'HS256', k: Buffer.alloc(32, 8).toString('base64url') }] } }), 'keys');
const keys = RING.get('plant')!.keys;

const raw = (text: string): GraphInput => ({ kind: 'message', arrivalTimeMs: 1, topic: 'plant/a', payload: Buffer.from(text), source: 'in' });
const message = (tMs: number, device: string, operator: string | null, load: number): GraphInput => raw(JSON.stringify({ tMs, device, operator, load }));
async function* recordingOf(inputs: readonly GraphInput[]): AsyncGenerator<Uint8Array> {
  for (const input of inputs) if (input.kind === 'message') yield Buffer.from(`${JSON.stringify({ arrivalTimeMs: 1, topic: 'plant/a', payloadBase64: Buffer.from(input.payload).toString('base64') })}\n`);
}
const INPUTS = [message(1, 'a', 'Zoë Müller', 1.5), message(2, 'b', null, -0.25), message(3, 'a', 'Ada Byron', 7)];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-encryption-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An agent's middle over the same data folder, without sockets. */
async function agent<T>(ring: KeyRing, use: (world: { readonly pipeline: Pipeline; readonly store: Store; push(inputs: readonly GraphInput[]): void }) => T | Promise<T>): Promise<T> {
  const store = await Store.open(join(folder, 'agent.db'));
  const journal = new Journal(store);
  const fatal = (error: unknown): never => {
    throw error;
  };
  const env = envAt(() => 1_000);
  const writer = new DurableWriter({ env, store, onFatal: fatal, onBlocked: () => undefined });
  const pipeline = new Pipeline({ env, deployment: { pipeline: 'people', release: 1, sha256: '', plan, models: {} }, store, journal, writer, infer: fatal, sealer: fieldSealer(ring), onRows: () => undefined, onPressure: () => undefined, onFatal: fatal });
  pipeline.start();
  const push = (inputs: readonly GraphInput[]): void => {
    journal.append(inputs);
    pipeline.push(inputs);
  };
  try {
    return await use({ pipeline, store, push });
  } finally {
    writer.close();
    store.close();
  }
}

const outbox = (store: Store, sink: string) => store.outbox(`people/1/${sink}`, -1, 100);
const published = (store: Store): Record<string, unknown>[] => outbox(store, 'out').flatMap(row => decodeEffects(row.body)).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>);

function opened(row: Record<string, unknown>): unknown {
  const recordKey = Buffer.from(JSON.stringify([row['device']]));
  const open = (fieldPath: string, type: 'utf8' | 'float64'): unknown => {
    const value = row[fieldPath];
    return value === null ? null : plaintextValue(type, openField(keys, { pipelineId: 'people', fieldPath, recordKey }, Buffer.from(value as string, 'base64')));
  };
  const operator = open('operator', 'utf8');
  const token = operator === null ? null : Buffer.from(fieldToken(new Uint8Array(32).fill(8), Buffer.from(operator as string))).toString('base64');
  expect(row['who']).toBe(token);
  return { ...row, operator, load: open('load', 'float64'), who: operator };
}

describe('an agent with encrypted columns', () => {
  it('writes each field encrypted once, and what opens is what a replay gives', async () => {
    const first = await agent(RING, async ({ pipeline, store, push }) => {
      push(INPUTS.slice(0, 2));
      await pipeline.close();
      return published(store);
    });
    const all = await agent(RING, async ({ pipeline, store, push }) => {
      push(INPUTS.slice(2));
      await pipeline.close();
      return published(store);
    });
    expect(all.slice(0, 2)).toEqual(first);
    const replayed = await replayHere({ plan, models: {} }, recordingOf(INPUTS));
    expect(all.map(opened)).toEqual(replayed.rows.filter(({ sink }) => sink === 'out').map(({ row }) => row));
    expect(JSON.stringify(all)).not.toMatch(/Zo|Ada|1\.5/u);
  });

  it('gives the lake binary columns that say how they were made', async () => {
    await agent(RING, async ({ pipeline, store, push }) => {
      push(INPUTS);
      await pipeline.close();
      const { schema } = pipeline.bindings.get('people/1/lake')!;
      const batch = decodeBatch(outbox(store, 'lake')[0]!.body, schema);
      const place = { pipelineId: 'people', fieldPath: 'load', recordKey: Buffer.from('["a"]') };
      expect(plaintextValue('float64', openField(keys, place, valueAt(batch.columns[3]!, 0) as Uint8Array))).toBe(1.5);
      expect(deltaFields(schema, ['device'])).toContainEqual({ name: 'load', type: 'binary', nullable: false, metadata: { 'littoral.encryption': 'plant', 'littoral.plaintextType': 'float64' } });
    });
  });

  it('lets no row out whose key is not there, counts it, and shows nothing of it in its dead letter', async () => {
    await agent(new Map(), async ({ pipeline, store, push }) => {
      push(INPUTS);
      await pipeline.close();
      expect(published(store)).toEqual([]);
      expect(outbox(store, 'lake')).toEqual([]);
      expect(pipeline.totals).toMatchObject({ deadLetters: { KEY_MISSING: 6 }, conservationError: 0 });
      expect(store.count(`SELECT COUNT(*) FROM dead_letter WHERE code = 'KEY_MISSING' AND instr(bytes, 'Ada') = 0 AND instr(bytes, '"load":"(encrypted)"') > 0`)).toBe(6);
    });
    await agent(RING, async ({ pipeline, store, push }) => {
      push([message(4, 'a', 'Ada Byron', 8), raw('{')]);
      await pipeline.close();
      expect(published(store).map(opened)).toEqual([{ tMs: 4, device: 'a', operator: 'Ada Byron', load: 8, who: 'Ada Byron' }]);
      expect(Object.values(pipeline.totals.deadLetters).reduce((a, b) => a + b, 0)).toBe(7);
      expect(store.count('SELECT COUNT(*) FROM dead_letter')).toBe(7);
    });
  });
});
