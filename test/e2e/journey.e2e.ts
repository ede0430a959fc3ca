import mqtt from 'mqtt';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, screenshot, watchedPage, type PageWatch } from './support/browser';
import { codeCells, execute, kernelIdle, openApp } from './support/lab';
import { startStation, type RunningStation } from './support/processes';

/** What a new user does, from the launcher to the lake, against the real broker, plant, agent and browser. */
let station: RunningStation;
let browser: Browser;
let watch: PageWatch;
const alerts: { readonly topic: string; readonly payload: Record<string, unknown> }[] = [];
let listener: mqtt.MqttClient;

beforeAll(async () => {
  station = await startStation();
  browser = await launchBrowser();
  watch = await watchedPage(browser);
  listener = mqtt.connect(station.brokerUrl, { protocolVersion: 4 });
  listener.on('message', (topic, payload) => alerts.push({ topic, payload: JSON.parse(payload.toString()) as Record<string, unknown> }));
  await listener.subscribeAsync('alerts/#', { qos: 1 });
});

afterAll(async () => {
  await listener?.endAsync(true);
  await browser?.close();
  await station?.close();
});

async function openNotebook(path: string): Promise<void> {
  await execute(watch.page, 'docmanager:open', { path });
  await kernelIdle(watch.page, path);
}

async function runAll(): Promise<void> {
  await execute(watch.page, 'notebook:run-all-cells');
}

describe('a new user', () => {
  it('opens the site and finds the kernel and the lessons in the launcher', async () => {
    const { page } = watch;
    await openApp(page, `${station.origin}/lab/index.html`);
    await page.getByText('TypeScript (Littoral)').first().waitFor();
    await page.getByText('Open a lesson').waitFor();
    await screenshot(page, 'launcher');
    expect(watch.foreignOrigins.size).toBe(0);
  });

  it('connects to the plant, which was offered and not connected before', async () => {
    const { page } = watch;
    await execute(page, 'littoral:show-streams');
    const connect = page.getByRole('button', { name: /^Connect to plant/ }).first();
    await connect.waitFor();
    await connect.click();
    await page.getByRole('treeitem', { name: /b3\/vibration/ }).waitFor();
    await screenshot(page, 'streams');
  });

  it('sees the inferred schema of a topic and inserts a source cell that runs', async () => {
    const { page } = watch;
    await execute(page, 'littoral:new-notebook');
    await kernelIdle(page);
    await execute(page, 'littoral:show-streams');
    await page.getByRole('treeitem', { name: /b3\/vibration/ }).click();
    await page.getByRole('tab', { name: 'Schema' }).click();
    await page.getByText('list<float64', { exact: false }).first().waitFor();
    await screenshot(page, 'schema');
    await page.getByRole('button', { name: 'Insert source cell' }).click();
    await expect.poll(async () => (await codeCells(page)).find(cell => cell.source.includes('mqtt('))?.source, { timeout: 20_000 }).toContain('b3/vibration');
    await runAll();
    expect((await codeCells(page)).flatMap(cell => cell.errors)).toEqual([]);
  });

  it('runs the first lesson and sees the bearings live, with nothing lost', async () => {
    const { page } = watch;
    await openNotebook('01-first-window.ipynb');
    const done = runAll();
    await page.locator('.jp-OutputArea canvas').first().waitFor();
    await page.waitForTimeout(6_000);
    await page.locator('.jp-OutputArea canvas').first().scrollIntoViewIfNeeded();
    await screenshot(page, 'live-run');
    await done;
    const cells = await codeCells(page);
    expect(cells.flatMap(cell => cell.errors)).toEqual([]);
    expect(cells.at(-1)?.text).toMatch(/conservationError: 0/);
    expect(Number(/in: (\d+)/.exec(cells.at(-1)?.text ?? '')?.[1])).toBeGreaterThan(800);
  });

  it('runs the second lesson and gets alerts for the worn bearings over MQTT', async () => {
    await openNotebook('02-edge-inference.ipynb');
    await runAll();
    expect((await codeCells(watch.page)).flatMap(cell => cell.errors)).toEqual([]);
    expect(alerts.length).toBeGreaterThan(5);
    expect(alerts.every(alert => Number(alert.payload['score']) > 0.8)).toBe(true);
    expect(alerts.some(alert => alert.topic === 'alerts/b3')).toBe(true);
  });

  it('records, replays twice with the same bytes, validates and exports in the third lesson', async () => {
    await openNotebook('03-ship-it.ipynb');
    await runAll();
    const cells = await codeCells(watch.page);
    expect(cells.flatMap(cell => cell.errors)).toEqual([]);
    const text = cells.map(cell => cell.text).join('\n');
    expect(text).toMatch(/identical: true/);
    expect(text).toMatch(/bearing-watch-1\.littoral\.zip/);
    await screenshot(watch.page, 'ship-it');
  });

  it('deploys what was validated to the local agent, which goes live and publishes the same alerts', async () => {
    const { page } = watch;
    await execute(page, 'littoral:export-bundle');
    await page.getByRole('button', { name: 'Validate and bundle' }).click();
    const deploy = page.getByRole('button', { name: 'Deploy to local agent' });
    await deploy.waitFor();
    await deploy.click();
    await page.getByText(/is live on the local agent/).waitFor({ timeout: 120_000 });
    await screenshot(page, 'deploy');
    const before = alerts.length;
    await expect.poll(() => alerts.length, { timeout: 60_000 }).toBeGreaterThan(before + 3);
    const ready = await fetch(`${station.origin}/littoral/agent/readyz`);
    expect(ready.status).toBe(200);
    const metrics = await (await fetch(`${station.origin}/littoral/agent/metrics`)).text();
    expect(metrics).toMatch(/littoral_records_in_total\S* [1-9]/);
    expect(metrics).toMatch(/littoral_conservation_error_records\S* 0\b/);
  });

  it('finds in the lake what the agent wrote, and asks it in SQL', async () => {
    const { page } = watch;
    const manifest = async (): Promise<number> => {
      const { files } = (await (await fetch(`${station.origin}/littoral/lake/manifest.json`)).json()) as { files: { path: string }[] };
      return files.filter(file => file.path.endsWith('.parquet')).length;
    };
    await expect.poll(manifest, { timeout: 90_000, interval: 1_000 }).toBeGreaterThan(0);
    await execute(page, 'littoral:show-lake');
    await page.getByRole('treeitem', { name: /vibration/ }).first().click();
    await page.getByRole('heading', { name: 'vibration' }).waitFor();
    await screenshot(page, 'lake-table');
    await execute(page, 'littoral:open-sql', { sql: 'SELECT device, count(*) AS seconds, max(score) AS worst FROM vibration GROUP BY device ORDER BY device' });
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('grid').getByText('b3', { exact: true }).waitFor({ timeout: 60_000 });
    await screenshot(page, 'lake-sql');
  });

  it('has met no error in the page and no other origin on the way', () => {
    expect(watch.errors).toEqual([]);
    expect([...watch.foreignOrigins]).toEqual([]);
  });
});
