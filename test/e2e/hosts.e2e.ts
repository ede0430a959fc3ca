import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, screenshot, watchedPage } from './support/browser';
import { codeCells, execute, kernelIdle, openApp } from './support/lab';
import { installWheel, startJupyter } from './support/processes';

/** One smoke in each host that a user may have instead of the site: the wheel, and the kernel by hybrid-kernels. */
const wheelPrefix = installWheel();

describe.each([
  { host: 'lab', path: '/lab/tree/01-first-window.ipynb' },
  { host: 'notebook', path: '/notebooks/01-first-window.ipynb' }
] as const)('in $host', ({ host, path }) => {
  let browser: Browser;
  let jupyter: Awaited<ReturnType<typeof startJupyter>>;

  beforeAll(async () => {
    jupyter = await startJupyter(host, wheelPrefix);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await jupyter?.close();
  });

  it('opens a lesson with the TypeScript kernel and builds its plan', async () => {
    const { page } = await watchedPage(browser);
    await openApp(page, `${jupyter.origin}${path}`);
    await kernelIdle(page);
    for (let cell = 0; cell < 6; cell++) await execute(page, 'notebook:run-cell-and-select-next');
    await expect.poll(async () => (await codeCells(page))[2]?.text, { timeout: 60_000 }).toMatch(/tumbling 1000 ms/);
    expect((await codeCells(page)).flatMap(cell => cell.errors)).toEqual([]);
    await screenshot(page, `host-${host}`);
  });
});
