import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, watchedPage, type PageWatch } from './support/browser';
import { execute, kernelIdle, openApp } from './support/lab';
import { startStation, type RunningStation } from './support/processes';

/** The panels by keyboard alone, in the face of a broker that is not there, and over a reload. */
let station: RunningStation;
let browser: Browser;
let watch: PageWatch;

beforeAll(async () => {
  station = await startStation('--no-agent');
  browser = await launchBrowser();
  watch = await watchedPage(browser);
  await openApp(watch.page, `${station.origin}/lab/index.html`);
  // The launcher opens after the application has started and takes the focus.
  await watch.page.getByText('Open a lesson').waitFor();
  await execute(watch.page, 'littoral:show-streams');
});
afterAll(async () => {
  await browser?.close();
  await station?.close();
});

const focused = (page: Page): Promise<string> => page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.innerText.split('\n')[0] ?? '' : ''));
const row = (page: Page, name: RegExp) => page.getByRole('treeitem', { name });

describe('the Streams panel by keyboard', () => {
  it('says in words which layer of a connection failed, and keeps the focus on the button', async () => {
    const { page } = watch;
    await page.getByRole('button', { name: 'Add a connection' }).press('Enter');
    await page.getByLabel('URL').fill('tcp://127.0.0.1:1883');
    await page.getByLabel('URL').press('Enter');
    await page.getByText(/starts with ws:\/\/ or wss:\/\//).waitFor();
    await page.getByLabel('URL').fill('ws://127.0.0.1:9/mqtt');
    await page.getByRole('button', { name: 'Test', exact: true }).press('Enter');
    await page.getByText(/nothing accepts connections at 127\.0\.0\.1 port 9/).waitFor();
    expect(await focused(page)).toBe('Test');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('form', { name: 'New connection' }).count()).toBe(0);
  });

  it('connects on Enter and walks the tree with arrows and letters', async () => {
    const { page } = watch;
    await row(page, /^plant/).first().press('Enter');
    await row(page, /b8\/vibration/).waitFor();
    await row(page, /^plant/).first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('b1/vibration');
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe('b2/vibration');
    await page.keyboard.press('l');
    expect(await focused(page)).toBe('line1');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => row(page, /^line1/).getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('End');
    expect((await focused(page)).toLowerCase()).toBe('recordings');
  });

  it('opens the drawer of a topic and moves through its tabs', async () => {
    const { page } = watch;
    await row(page, /b3\/vibration/).press('Enter');
    await page.getByRole('tab', { name: 'Payload' }).press('ArrowRight');
    await page.getByText('list<float64', { exact: false }).first().waitFor();
    expect(await page.getByRole('tab', { name: 'Schema' }).getAttribute('aria-selected')).toBe('true');
  });

  it('records for a second and deletes only after it was confirmed', async () => {
    const { page } = watch;
    await page.getByRole('button', { name: 'Record…' }).press('Enter');
    await page.getByLabel('Seconds').fill('1');
    await page.getByLabel('Name').fill('short');
    await page.getByLabel('Name').press('Enter');
    const recording = row(page, /^short/);
    await expect.poll(() => recording.innerText(), { timeout: 15_000 }).toMatch(/s · /);
    expect(await focused(page)).toBe('Record…');
    await expect.poll(() => recording.innerText(), { timeout: 15_000 }).not.toMatch(/● recording/);
    await recording.press('Delete');
    expect(await focused(page)).toBe('Keep');
    await page.keyboard.press('Enter');
    expect(await recording.count()).toBe(1);
    await recording.press('Delete');
    await page.getByRole('button', { name: 'Delete for good' }).press('Enter');
    await expect.poll(() => recording.count()).toBe(0);
  });
});

describe('a run in a notebook', () => {
  it('leaves a picture that stands after a reload and starts nothing', async () => {
    const { page } = watch;
    await execute(page, 'docmanager:open', { path: '01-first-window.ipynb' });
    await kernelIdle(page);
    await execute(page, 'notebook:run-all-cells');
    await page.getByText(/stopped after 15/).waitFor();
    await page.evaluate(() => (window.jupyterapp.shell.currentWidget as unknown as { context: { save(): Promise<void> } }).context.save());
    await page.reload();
    await page.waitForFunction(() => window.jupyterapp !== undefined);
    await page.evaluate(() => window.jupyterapp.restored);
    await page.getByText(/stopped after 15\ss, .* in = .* counted/).waitFor();
    await page.locator('.lt-run canvas').waitFor();
    expect(await page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
    expect(page.workers().filter(worker => worker.url().includes('engine.worker'))).toEqual([]);
  });

  it('has met no error in the page on the way', () => {
    expect(watch.errors).toEqual([]);
  });
});
