import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import type { RecordingRef } from '../../../engine/api/host';
import * as littoral from '../../../engine/api/littoral';
import { nodeCrypto } from '../../../edge/host/bundle-crypto';
import { parseTrust } from '../../../engine/bundle/trust';
import { verifyBundle } from '../../../engine/bundle/verify-bundle';
import * as api from '../../../edge/host/littoral-api';
import { nodeHost } from '../../../edge/host/node-host';
import { generateSigningKey, writeSigningKey } from '../../../edge/host/signing-key';
import { writeTrustedKey } from '../../../edge/host/trust-file';
import { startBroker, type EmbeddedBroker } from '../../../edge/station/broker';

const { count, float64, mean, mqtt: source, publish, schema, timestampMs, tumbling, utf8 } = littoral;
const folder = mkdtempSync(join(tmpdir(), 'littoral-host-'));
let broker: EmbeddedBroker;
let sender: mqtt.MqttClient;

beforeAll(async () => {
  broker = await startBroker({ tcpPort: 0, wsPort: 0, say: () => undefined });
  sender = await mqtt.connectAsync(broker.tcpUrl);
  const key = await generateSigningKey();
  await writeSigningKey(join(folder, 'site.key'), key);
  await writeTrustedKey(join(folder, 'trust.json'), { version: 0, threshold: 1, keys: [] }, key, '2099-01-01T00:00:00Z');
});
afterAll(async () => {
  await sender.endAsync();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

const program = () => {
  const host = nodeHost({ folder, brokerUrl: broker.tcpUrl, keyFile: join(folder, 'site.key'), log: () => undefined });
  const { pipeline, record } = bindLittoral(host);
  const Reading = schema({ tMs: timestampMs(), c: float64(), sensor: utf8() });
  const means = pipeline('means')
    .from(source('hall/+/c', { connection: 'hall', schema: Reading, eventTime: 'tMs', topicColumns: { sensor: 1 }, maxOutOfOrdernessMs: 0 }))
    .keyBy('sensor')
    .window(tumbling({ sizeMs: 1_000 }))
    .aggregate({ n: count(), c: mean('c') })
    .to(publish('means/{sensor}'));
  return { means, record };
};

/** Publishes readings, a tenth of a second of their own time apart, until `ended` is settled. */
async function sendUntil(ended: Promise<unknown>): Promise<void> {
  let done = false;
  void ended.finally(() => (done = true)).catch(() => undefined);
  const startMs = Date.now();
  for (let step = 0; !done; step++) await sender.publishAsync(`hall/s${step % 3}/c`, JSON.stringify({ tMs: startMs + step * 100, c: 20 + step / 100 }), { qos: 1 });
}

describe('a Node program', () => {
  let recording: RecordingRef;

  test('records from a broker, replays the same twice, validates and exports what it validated', async () => {
    const { means, record } = program();
    const recorded = record('hall/+/c', { seconds: 0.5 });
    await sendUntil(recorded);
    recording = await recorded;
    expect(recording).toMatchObject({ name: 'hall-c-1' });
    expect(recording.messages).toBeGreaterThan(10);
    expect(readFileSync(join(folder, 'hall-c-1.recording.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(recording.messages);
    const [first, second] = [await means.replay(recording), await means.replay(recording)];
    expect(second).toEqual(first);
    expect(first.report).toMatchObject({ rowsIn: recording.messages, conservationError: 0 });
    expect(await means.validate(recording, { expect: first.rows })).toMatchObject({ ok: true });
    const exported = await means.export({ evidence: recording, release: 3 });
    expect(exported.fileName).toBe('means-3.littoral.zip');
    const verdict = await verifyBundle(readFileSync(join(folder, exported.fileName)), parseTrust(readFileSync(join(folder, 'trust.json'))), { nowMs: Date.now(), agentVersion: '99.0.0' }, nodeCrypto());
    expect(verdict).toMatchObject({ ok: true, statement: { pipelineId: 'means', release: 3 } });
  });

  test('runs live: publishes results, and its report accounts for every message', async () => {
    const { means } = program();
    await sender.subscribeAsync('means/#');
    const result = new Promise<string>(done => sender.once('message', topic => done(topic)));
    const run = await means.run();
    await sendUntil(result);
    expect(await result).toMatch(/^means\/s\d$/);
    const report = await run.stop();
    expect(report).toEqual(await run.done);
    expect(report).toMatchObject({ conservationError: 0, deadLetters: {} });
    expect(report.rowsOut['means']).toBeGreaterThan(0);
  });

  test('is told what is missing: a broker, a key, a broker that does not answer', async () => {
    const bare = nodeHost({ folder, log: () => undefined });
    const plan = program().means.toPlan();
    await expect(bare.run(plan, {})).rejects.toMatchObject({ code: 'NO_BROKER' });
    await expect(bare.export(plan, { evidence: recording })).rejects.toMatchObject({ code: 'NO_KEY' });
    const unreachable = nodeHost({ folder, brokerUrl: 'mqtt://127.0.0.1:1', log: () => undefined });
    await expect(unreachable.record('a', { seconds: 1 })).rejects.toMatchObject({ code: 'MQTT_UNREACHABLE' });
    await expect(unreachable.run(plan, {})).rejects.toMatchObject({ code: 'MQTT_UNREACHABLE' });
  });

  test('sees the same names in the module as a notebook', () => {
    expect(Object.keys(api).sort()).toEqual([...Object.keys(littoral), 'pipeline', 'record', 'replay'].sort());
  });
});
