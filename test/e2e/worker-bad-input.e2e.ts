import type { Browser, Page } from 'playwright-core';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearingModels, bearingPlan, plantRecording } from './support/bearing-plan';
import { launchBrowser } from './support/browser';
import { startMosquitto } from './support/mosquitto';
import type { Mosquitto } from './support/mosquitto';
import { openWorkerPage, startWorkerPage } from './support/worker-page';

let browser: Browser;
let page: Page;
let open: Mosquitto;
let secured: Mosquitto;
let site: Awaited<ReturnType<typeof startWorkerPage>>;

beforeAll(async () => {
  [browser, open, secured, site] = await Promise.all([launchBrowser(), startMosquitto(), startMosquitto({ users: { ann: 'right' } }), startWorkerPage()]);
  page = await browser.newPage();
  await openWorkerPage(page, site.url);
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([open?.close(), secured?.close(), site?.close()]);
});

const tested = (settings: { name: string; url: string; username?: string; password?: string }): Promise<{ ok: boolean; words: string }> =>
  page.evaluate(given => window.littoral.engine.service.testConnection(given), settings);

describe('a connection that cannot be made says which layer failed', () => {
  it.each([
    ['a port where nothing listens', () => 'ws://127.0.0.1:1', /nothing accepts connections at 127\.0\.0\.1 port 1\. Check the address and that the broker runs\.$/],
    ['a name that does not exist', () => 'ws://no-such-host.invalid:9001', /the name "no-such-host\.invalid" cannot be resolved or nothing accepts connections/],
    ['a web server', () => site.origin.replace('http', 'ws'), /answers HTTP but refused the WebSocket with subprotocol "mqtt"/],
    ['a port without TLS', () => site.origin.replace('http', 'wss'), /answers without TLS; wss:\/\/ expects a certificate/],
    ['another scheme', () => 'mqtt://127.0.0.1:1883', /cannot be used \(scheme mqtt:\/\/\); expected ws:\/\/host:port\/path/]
  ])('%s', async (_name, url, expected) => {
    const { ok, words } = await tested({ name: 'plant', url: url() });
    expect(ok).toBe(false);
    expect(words).toMatch(expected);
    expect(words).toMatch(/^connection "plant": /);
  });

  it('a wrong password, by code and without the password', async () => {
    const { words } = await tested({ name: 'plant', url: secured.wsUrl, username: 'ann', password: 'wrong-secret' });
    expect(words).toMatch(/refused the connection \(code 135, not authorised\); not retried\. Check user name and password/);
    expect(words).not.toContain('wrong-secret');
    expect((await tested({ name: 'plant', url: secured.wsUrl, username: 'ann', password: 'right' })).words).toMatch(/^broker answered in \d+ ms, MQTT 5, session not kept$/);
  });
});

describe('a plan or model that does not fit', () => {
  const startError = (plan: object, models: Readonly<Record<string, readonly number[]>>): Promise<{ code: string; message: string } | null> =>
    page.evaluate(
      ([json, encoded]) => {
        const bytes = Object.fromEntries(Object.entries(encoded).map(([name, values]) => [name, Uint8Array.from(values)]));
        return window.littoral.engine.service.startRun({ plan: json as never, models: bytes, publish: false }).then(
          () => null,
          (error: { code: string; message: string }) => ({ code: error.code, message: error.message })
        );
      },
      [plan, models] as const
    );
  const models = Object.fromEntries(Object.entries(bearingModels()).map(([name, bytes]) => [name, [...bytes]]));

  beforeAll(async () => {
    await page.evaluate(async url => {
      await window.littoral.engine.service.addConnection({ name: 'plant', url });
      await window.littoral.engine.service.connect('plant');
    }, open.wsUrl);
  });

  it('names a column that does not exist and the nearest one', async () => {
    const plan = JSON.parse(JSON.stringify(bearingPlan()).replace('"columns":["device"]', '"columns":["devcie"]')) as object;
    expect(await startError(plan, models)).toMatchObject({ code: 'UNKNOWN_COLUMN', message: expect.stringContaining('Did you mean "device"?') as string });
  });

  it('names an input of the model that gets nothing', async () => {
    const plan = JSON.parse(JSON.stringify(bearingPlan()).replace('"features":', '"featuers":')) as object;
    expect(await startError(plan, models)).toMatchObject({ code: 'MODEL_MISFIT', message: expect.stringContaining('the model\'s input "features" gets no columns') as string });
  });

  it('names a model that is missing or no model', async () => {
    expect(await startError(bearingPlan(), {})).toMatchObject({ code: 'MODEL_MISSING' });
    expect(await startError(bearingPlan(), { 'bearing.onnx': [1, 2, 3, 4] })).toMatchObject({ code: 'MODEL_REFUSED' });
  });

  it('names a connection that does not exist', async () => {
    const plan = JSON.parse(JSON.stringify(bearingPlan()).replaceAll('"connection":"plant"', '"connection":"plnt"')) as object;
    expect(await startError(plan, models)).toMatchObject({ code: 'UNKNOWN_CONNECTION', message: expect.stringContaining('Did you mean "plant"?') as string });
  });
});

/** Bytes of the file of the origin with this name. */
function bytesInStorage(name: string): Promise<number> {
  return page.evaluate(async wanted => {
    const sizeOf = async (folder: FileSystemDirectoryHandle): Promise<number> => {
      let bytes = 0;
      for await (const entry of (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()) {
        if (entry.kind === 'directory') bytes += await sizeOf(entry as FileSystemDirectoryHandle);
        else if (entry.name === wanted) bytes += (await (entry as FileSystemFileHandle).getFile()).size;
      }
      return bytes;
    };
    return sizeOf(await navigator.storage.getDirectory());
  }, name);
}

describe('bad messages and a full disk', () => {
  it('puts payloads that are not JSON aside with their bytes and goes on', async () => {
    const plan = bearingPlan();
    const shown = { ...plan, nodes: plan.nodes.filter(node => node.id === 'source' || node.id === 'out').concat([{ id: 'out', op: 'sink', input: 'source', config: { connector: 'mqtt', name: 'out', topic: 'out', connection: 'plant', qos: 0, retain: false } }]) };
    const runId = await page.evaluate(json => window.littoral.engine.service.startRun({ plan: json as never, models: {}, publish: false }), shown);
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${open.tcpPort}`);
    for (const payload of ['{"device":"b1"', '{"device":"b1","tMs":1700000000000,"seq":1,"x":[1]}', '\u0000\u0001']) await client.publishAsync('plant/b1/vibration', payload, { qos: 1 });
    await client.endAsync();
    await expect.poll(() => page.evaluate(async id => (await window.littoral.engine.service.runs()).find(run => run.runId === id)?.rowsIn, runId), { timeout: 20_000 }).toBe(3);
    const run = await page.evaluate(async id => {
      await window.littoral.engine.service.stopRun(id);
      return (await window.littoral.engine.service.runs()).find(candidate => candidate.runId === id);
    }, runId);
    expect(run).toMatchObject({ state: 'stopped', rowsOut: { out: 1 }, conservationError: 0 });
    expect(Object.values(run?.deadLetters ?? {}).reduce((a, b) => a + b, 0)).toBe(2);
    expect(run?.problems.map(problem => problem.payload)).toEqual(['\u0000\u0001', '{"device":"b1"']);
  });

  it('ends a recording cleanly when the storage is full, and what it has can be replayed', async () => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 300_000 });
    const outcome = await page.evaluate(async () => {
      const { service } = window.littoral.engine;
      await service.startRecording('plant', 'plant/+/vibration', { name: 'full' });
      const done = service.recordingDone('full').then(
        () => null,
        (error: { code: string; message: string }) => ({ code: error.code, message: error.message })
      );
      Object.assign(window, { done });
      return true;
    });
    expect(outcome).toBe(true);
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${open.tcpPort}`);
    const lines = plantRecording({ seed: 2, seconds: 12 }).split('\n').filter(line => line.includes('vibration'));
    const publish = (line: string): Promise<unknown> => client.publishAsync('plant/b1/vibration', JSON.stringify((JSON.parse(line) as { payload: unknown }).payload), { qos: 1 });
    // The first messages are in the storage before the flood: a block that does not fit is lost as a whole.
    for (const line of lines.slice(0, 5)) await publish(line);
    await expect.poll(() => bytesInStorage('full.recording.ndjson'), { timeout: 20_000 }).toBeGreaterThan(0);
    await Promise.all(lines.slice(5).map(publish));
    await client.endAsync();
    const error = await page.evaluate(() => (window as unknown as { done: Promise<{ code: string; message: string } | null> }).done);
    expect(error).toMatchObject({ code: 'STORAGE_FULL', message: expect.stringMatching(/^(recording|file) "full".*full.*(kept|Delete)/) as string });
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
    const kept = await page.evaluate(async plan => {
      const { service } = window.littoral.engine;
      const info = (await service.recordings()).find(candidate => candidate.name === 'full');
      const models = {};
      const replayed = await service.replay({ ...plan, nodes: plan.nodes.slice(0, 3).concat([{ id: 'out', op: 'sink', input: 'window', config: { connector: 'mqtt', name: 'out', topic: 'out', connection: 'plant', qos: 0, retain: false } }]) }, models, 'full');
      return { info, report: replayed.report };
    }, bearingPlan());
    expect(kept.info?.state).toBe('interrupted');
    expect(kept.info?.messages).toBeGreaterThan(0);
    expect(kept.info?.bytes).toBeLessThan(300_000);
    expect(kept.report.rowsIn).toBe(kept.info?.messages);
  });
});
