import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearingModels, bearingPlan, plantRecording } from './support/bearing-plan';
import { startMosquitto } from './support/mosquitto';
import type { Mosquitto } from './support/mosquitto';
import { openWorkerPage, startWorkerPage } from './support/worker-page';

let browser: Browser;
let page: Page;
let broker: Mosquitto;
let site: Awaited<ReturnType<typeof startWorkerPage>>;
let url: string;

beforeAll(async () => {
  const executablePath = process.env['LITTORAL_CHROMIUM'] ?? '/usr/bin/chromium';
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP lab.example 127.0.0.1'];
  [browser, broker, site] = await Promise.all([chromium.launch({ executablePath, headless: true, args }), startMosquitto(), startWorkerPage()]);
  url = site.url.replace('127.0.0.1', 'lab.example');
  page = await browser.newPage();
  await openWorkerPage(page, url);
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([broker?.close(), site?.close()]);
});

describe('a page over plain http, without private files and WebCrypto', () => {
  it('is no secure context', async () => {
    expect(await page.evaluate(() => [isSecureContext, crypto.subtle === undefined])).toEqual([false, true]);
  });

  it('records into IndexedDB, keeps it over a reload, cut off in the middle or not, and replays it', async () => {
    await page.evaluate(async wsUrl => {
      const { service } = window.littoral.engine;
      await service.addConnection({ name: 'plant', url: wsUrl });
      await service.connect('plant');
      await service.startRecording('plant', 'plant/b1/vibration', { name: 'whole' });
      await service.startRecording('plant', 'plant/b1/vibration', { name: 'cut' });
    }, broker.wsUrl);
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.tcpPort}`);
    const lines = plantRecording({ seed: 4, seconds: 4 }).split('\n').filter(line => line.includes('plant/b1/vibration'));
    for (const line of lines) await client.publishAsync('plant/b1/vibration', JSON.stringify((JSON.parse(line) as { payload: unknown }).payload), { qos: 1 });
    await client.endAsync();
    const messages = (): Promise<readonly (readonly [string, string, number])[]> =>
      page.evaluate(async () => (await window.littoral.engine.service.recordings()).map(info => [info.name, info.state, info.messages] as const).sort());
    await expect.poll(messages, { timeout: 20_000 }).toEqual([['cut', 'recording', lines.length], ['whole', 'recording', lines.length]]);
    await page.evaluate(() => window.littoral.engine.service.stopRecording('whole'));
    const flushed = await page.evaluate(async () => (await window.littoral.engine.service.recordings()).find(info => info.name === 'cut')?.durationMs ?? 0);
    await expect.poll(() => page.evaluate(async () => (await window.littoral.engine.service.recordings()).find(info => info.name === 'cut')?.durationMs ?? 0), { timeout: 20_000 }).toBeGreaterThan(flushed + 500);
    await openWorkerPage(page, url);
    expect(await messages()).toEqual([['cut', 'interrupted', lines.length], ['whole', 'complete', lines.length]]);
    const plan = bearingPlan();
    const windowed = { ...plan, nodes: [...plan.nodes.slice(0, 3), { id: 'out', op: 'sink' as const, input: 'window', config: { connector: 'mqtt' as const, name: 'out', topic: 'out', connection: 'plant', qos: 0 as const, retain: false } }] };
    const digests = await page.evaluate(async json => {
      const { service } = window.littoral.engine;
      return [(await service.replay(json, {}, 'whole')).report, (await service.replay(json, {}, 'cut')).report].map(report => [report.rowsIn, report.rowsOut['out']]);
    }, windowed);
    expect(digests[0]).toEqual([lines.length, 4]);
    expect(digests[1]).toEqual([lines.length, 4]);
    await page.evaluate(() => window.littoral.engine.service.deleteRecording('cut'));
    expect((await messages()).map(([name]) => name)).toEqual(['whole']);
  });

  it('says in one sentence what it cannot do: a lake of its own, a signature', async () => {
    const models = Object.fromEntries(Object.entries(bearingModels()).map(([name, bytes]) => [name, [...bytes]]));
    const errors = await page.evaluate(
      async ([plan, encoded, wsUrl]) => {
        const { service } = window.littoral.engine;
        await service.addConnection({ name: 'plant', url: wsUrl });
        const given = Object.fromEntries(Object.entries(encoded).map(([name, values]) => [name, Uint8Array.from(values)]));
        const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: { code: string }) => error.code);
        return [await failure(service.startRun({ plan, models: given, publish: true })), await failure(service.bundle(plan, given, 'whole', { release: 1, targets: ['*'], expires: '2099-01-01' }))];
      },
      [bearingPlan(), models, broker.wsUrl] as const
    );
    expect(errors).toEqual(['NO_LAKE', 'NO_CRYPTO']);
  });
});
