import type { Browser, Page } from 'playwright-core';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../edge/host/bundle-crypto';
import { runnableOf } from '../../edge/host/evidence';
import { loadModels } from '../../edge/host/inference';
import { buildBundle } from '../../engine/bundle/build-bundle';
import { EVIDENCE_RECORDING_PATH, EVIDENCE_REPORT_PATH, EVIDENCE_ROWS_PATH } from '../../engine/bundle/bundle-contents';
import { verifyBundle } from '../../engine/bundle/verify-bundle';
import type { VerifiedBundle } from '../../engine/bundle/verify-bundle';
import { parseTrust } from '../../engine/bundle/trust';
import { keyIdOf } from '../../engine/bundle/crypto';
import { createGraph } from '../../engine/graph/create-graph';
import { replay } from '../../engine/graph/replay';
import { ENGINE_VERSION } from '../../engine/version';
import { testKey } from '../engine/bundle/make-bundle';
import type { RecordingInfo, RunSnapshot } from '../../worker/protocol';
import { bearingModels, bearingPlan, plantRecording } from './support/bearing-plan';
import { launchBrowser } from './support/browser';
import { startMosquitto } from './support/mosquitto';
import type { Mosquitto } from './support/mosquitto';
import { parityOf } from './support/parity.worker';
import { openWorkerPage, startWorkerPage } from './support/worker-page';

const models = bearingModels();
const modelBase64 = Object.fromEntries(Object.entries(models).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]));

let browser: Browser;
let page: Page;
let broker: Mosquitto;
let site: Awaited<ReturnType<typeof startWorkerPage>>;
const pageErrors: string[] = [];

beforeAll(async () => {
  [browser, broker, site] = await Promise.all([launchBrowser(), startMosquitto(), startWorkerPage()]);
  page = await browser.newPage();
  page.on('pageerror', error => pageErrors.push(error.message));
  await openWorkerPage(page, site.url);
  await page.evaluate(encoded => {
    window.models = Object.fromEntries(Object.entries(encoded).map(([name, text]) => [name, Uint8Array.from(atob(text), character => character.charCodeAt(0))]));
  }, modelBase64);
  await page.evaluate(async url => {
    await window.littoral.engine.service.addConnection({ name: 'plant', url });
    await window.littoral.engine.service.connect('plant');
  }, broker.wsUrl);
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([broker?.close(), site?.close()]);
});

declare global {
  interface Window {
    models: Record<string, Uint8Array>;
  }
}

/** Sends a recording's lines to the broker in their order, as fast as it takes them. */
async function publish(recording: string): Promise<number> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.tcpPort}`);
  const lines = recording.split('\n').filter(line => line !== '');
  for (const line of lines) {
    const { topic, payload } = JSON.parse(line) as { topic: string; payload: unknown };
    await client.publishAsync(topic, JSON.stringify(payload), { qos: 1 });
  }
  await client.endAsync();
  return lines.length;
}

async function recording(name: string): Promise<RecordingInfo | undefined> {
  return (await page.evaluate(() => window.littoral.engine.service.recordings())).find(info => info.name === name);
}

async function snapshot(runId: string): Promise<RunSnapshot | undefined> {
  return (await page.evaluate(() => window.littoral.engine.service.runs())).find(run => run.runId === runId);
}

/** SHA-256 of the bundle.zip that Node makes of what is in one of the browser. */
async function rebuiltInNode({ statement, files }: VerifiedBundle): Promise<string> {
  const file = (path: string): Uint8Array => files.get(path) ?? new Uint8Array(0);
  const text = (path: string): string => new TextDecoder().decode(file(path));
  const { plan, models } = runnableOf(files);
  const evidence = { recording: file(EVIDENCE_RECORDING_PATH), rows: file(EVIDENCE_ROWS_PATH), report: JSON.parse(text(EVIDENCE_REPORT_PATH)) as unknown };
  const { release, targets, notBefore, expires } = statement;
  const { signer } = await testKey(1);
  return (await buildBundle({ plan, models, evidence, release, targets, notBefore, expires }, nodeCrypto(), [signer])).bundleSha256;
}

describe('the engine worker in a real browser', () => {
  it('records what a broker sends, replays it twice with the same bytes, and gives the rows that Node gives', async () => {
    const sent = plantRecording({ seed: 7, seconds: 6 });
    await page.evaluate(() => window.littoral.engine.service.startRecording('plant', 'plant/#', { name: 'plant' }));
    const count = await publish(sent);
    await expect.poll(async () => (await recording('plant'))?.messages, { timeout: 20_000 }).toBe(count);
    const info = await page.evaluate(() => window.littoral.engine.service.stopRecording('plant'));
    expect(info).toMatchObject({ messages: count, state: 'complete' });

    const plan = bearingPlan();
    const outcome = await page.evaluate(async json => {
      const { service } = window.littoral.engine;
      const first = await service.replay(json, window.models, 'plant');
      const second = await service.replay(json, window.models, 'plant');
      return { first, second, ndjson: new TextDecoder().decode(await service.exportRecording('plant')) };
    }, plan);
    expect(outcome.second).toEqual(outcome.first);
    expect(outcome.first.report).toMatchObject({ conservationError: 0 });
    expect(outcome.first.report.deadLetters).toEqual({});
    expect(outcome.first.report.rowsOut['vibration']).toBeGreaterThanOrEqual(48);

    const inference = await loadModels(models);
    const here = await replay(createGraph(plan), [new TextEncoder().encode(outcome.ndjson)], { infer: inference.infer });
    await inference.dispose();
    expect({ ...outcome.first.report, watermarkMs: null }).toEqual({ ...JSON.parse(JSON.stringify(here.report)), watermarkMs: null });
    expect(outcome.first.rows).toEqual(JSON.parse(JSON.stringify(here.rows)));
  });

  it('gives the rows and the snapshots of Node, byte for byte, whatever the cut into pieces', async () => {
    const recording = plantRecording({ seed: 11, seconds: 5 });
    const plan = bearingPlan({ idleTimeoutMs: 500 });
    const here = await parityOf(plan, new TextEncoder().encode(recording), 64 * 1024);
    const there = await page.evaluate(
      ([json, text]) =>
        new Promise<{ rowsText: string; snapshots: string[] }>(done => {
          const worker = new Worker('/workers/test/e2e/support/parity.worker.js', { type: 'module' });
          worker.onmessage = event => done(event.data as { rowsText: string; snapshots: string[] });
          worker.postMessage({ plan: json, recording: new TextEncoder().encode(text), pieceBytes: 64 * 1024 });
        }),
      [plan, recording] as const
    );
    expect(there.snapshots.length).toBeGreaterThan(3);
    expect(there).toEqual(here);
    const otherwise = await parityOf(plan, new TextEncoder().encode(recording), 1_000);
    expect(otherwise.rowsText).toBe(here.rowsText);
  });

  it('runs live with a model: points, snapshots, alerts on the broker, every record accounted for', async () => {
    const alerts: string[] = [];
    const listener = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.tcpPort}`);
    await listener.subscribeAsync('alerts/#');
    listener.on('message', topic => alerts.push(topic));
    const runId = await page.evaluate(async plan => {
      const { service } = window.littoral.engine;
      const id = await service.startRun({ plan, models: window.models, publish: true, chart: 'score' });
      const { port1, port2 } = new MessageChannel();
      const seen: Record<string, number> = {};
      Object.assign(window, { seen });
      port1.onmessage = event => (seen[event.data.kind] = (seen[event.data.kind] ?? 0) + 1);
      await service.watchRun(id, port2);
      return id;
    }, bearingPlan({ scoreMin: -1e9 }));
    const sent = plantRecording({ seed: 3, seconds: 4, startMs: Math.floor(Date.now() / 1_000) * 1_000 - 20_000 });
    const vibrations = sent.split('\n').filter(line => line.includes('/vibration"')).length;
    await publish(sent);
    await expect.poll(async () => (await snapshot(runId))?.rowsIn, { timeout: 20_000 }).toBe(vibrations);
    const ended = await page.evaluate(async id => {
      const report = await window.littoral.engine.service.stopRun(id);
      const run = (await window.littoral.engine.service.runs()).find(candidate => candidate.runId === id);
      await new Promise(done => setTimeout(done, 100));
      return { report, run, seen: (window as unknown as { seen: Record<string, number> }).seen };
    }, runId);
    await expect.poll(() => alerts.length, { timeout: 20_000 }).toBe(ended.report.rowsOut['alerts']);
    await listener.endAsync();
    expect(ended.report.rowsOut['alerts']).toBeGreaterThanOrEqual(24);
    expect(ended.report.conservationError).toBe(0);
    expect(ended.run).toMatchObject({ state: 'stopped', conservationError: 0, chart: { column: 'score' } });
    expect(ended.run?.latencyMs?.p99).toBeGreaterThan(0);
    expect(ended.run?.error).toBeUndefined();
    expect(ended.seen['points']).toBeGreaterThan(0);
    expect(ended.seen['end']).toBe(1);
    expect(new Set(alerts)).toEqual(new Set(['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8'].map(device => `alerts/${device}`)));
  });

  it('writes a run into the browser lake, where SQL finds the rows again', async () => {
    const recording = plantRecording({ seed: 5, seconds: 4 });
    const found = await page.evaluate(
      async ([plan, text]) => {
        const { service } = window.littoral.engine;
        await service.importRecording('lake-in', new TextEncoder().encode(text));
        const id = await service.startRun({ plan, models: window.models, publish: true, recording: { name: 'lake-in', speed: Infinity } });
        const report = await service.runDone(id);
        const run = (await service.runs()).find(candidate => candidate.runId === id);
        const lake = window.littoral.lake.service;
        const table = (await lake.tables('opfs:')).find(candidate => candidate.name === 'replayed');
        const result = await lake.query('opfs:', "SELECT device, rms, score, windowStartMs FROM replayed WHERE device = 'b1'", { rowsMax: 100 });
        return { report, error: run?.error, rows: table?.rows, partitions: table?.partitionColumns, count: result.rowCount, cost: result.cost, columns: result.columns.map(column => column.type) };
      },
      [bearingPlan({ scoreMin: 2, table: 'replayed' }), recording] as const
    );
    expect(found.error).toBeUndefined();
    expect(found.rows).toBe(found.report.rowsOut['vibration']);
    expect(found.partitions).toEqual(['day', 'device']);
    expect(found.count).toBe((found.rows ?? 0) / 8);
    expect(found.cost).toMatchObject({ filesRead: 1, filesTotal: 8 });
    expect(found.columns).toEqual(['Utf8', 'Float64', 'Float32', 'Timestamp<MICROSECOND>']);
  });

  it('signs a bundle that verifies in Node, which makes the same bytes, and refuses to sign what does not validate', async () => {
    const made = await page.evaluate(async plan => {
      const { service } = window.littoral.engine;
      const { bundle, bytes, publicKey } = await service.bundle(plan, window.models, 'lake-in', { release: 1, targets: ['*'], expires: '2099-01-01' });
      const again = await service.bundle(plan, window.models, 'lake-in', { release: 1, targets: ['*'], expires: '2099-01-01' });
      const refused = await service.bundle({ ...plan, slo: { lateShareMax: -1 } }, window.models, 'lake-in', { release: 1, targets: ['*'], expires: '2099-01-01' }).catch((error: unknown) => error as { code: string; message: string });
      return { bundle, bytes: Array.from(bytes), publicKey, sameKey: again.publicKey.x === publicKey.x, refused: 'code' in refused ? refused.code : 'signed' };
    }, bearingPlan());
    const { kty, crv, x } = made.publicKey;
    const keyid = keyIdOf(new Uint8Array(Buffer.from(x ?? '', 'base64url')));
    const trust = parseTrust(new TextEncoder().encode(JSON.stringify({ version: 1, threshold: 1, keys: [{ keyid, kty, crv, x }] })));
    const verified = await verifyBundle(Uint8Array.from(made.bytes), trust, { nowMs: Date.now() + 1_000, agentVersion: ENGINE_VERSION }, nodeCrypto());
    expect(verified).toMatchObject({ ok: true });
    expect(made.bundle.fileName).toBe('bearing-watch-1.littoral.zip');
    expect(made.sameKey).toBe(true);
    expect(made.refused).not.toBe('signed');
    if (!verified.ok) throw new Error(verified.detail);
    expect(await rebuiltInNode(verified)).toBe(verified.sha256);
  });

  it('keeps what was recorded when the page is reloaded in the middle', async () => {
    await page.evaluate(() => window.littoral.engine.service.startRecording('plant', 'plant/+/vibration', { name: 'cut-off' }));
    await publish(plantRecording({ seed: 9, seconds: 2 }));
    await expect.poll(async () => (await recording('cut-off'))?.messages, { timeout: 20_000 }).toBeGreaterThanOrEqual(150);
    // Beyond the flush that was due when the last message came.
    const seen = (await recording('cut-off'))?.durationMs ?? 0;
    await expect.poll(async () => (await recording('cut-off'))?.durationMs, { timeout: 20_000 }).toBeGreaterThan(seen + 500);
    await openWorkerPage(page, site.url);
    const infos = await page.evaluate(() => window.littoral.engine.service.recordings());
    const cut = infos.find(info => info.name === 'cut-off');
    expect(cut?.state).toBe('interrupted');
    expect(cut?.messages).toBeGreaterThanOrEqual(150);
    expect(infos.find(info => info.name === 'plant')?.state).toBe('complete');
    expect(pageErrors).toEqual([]);
  });
});
