import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '../../..');

/** What went wrong in a page while a test used it. */
export interface PageWatch {
  readonly page: Page;
  /** Console errors and uncaught exceptions, without those that JupyterLab itself makes. */
  readonly errors: readonly string[];
  /** Origins other than this machine that the page asked. */
  readonly foreignOrigins: ReadonlySet<string>;
  /** Requests and bytes over HTTP so far. */
  readonly traffic: { requests: number; bytes: number };
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['LITTORAL_CHROMIUM'] ?? '/usr/bin/chromium';
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, headless: true, args });
}

// Notebook 7 raises the first without any extension; JupyterLab's service worker registration logs the second when a page closes early.
const knownNoise = [/Cannot read properties of undefined \(reading 'schema'\)/, /No active debugger session/, /favicon/];

export async function watchedPage(browser: Browser): Promise<PageWatch> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const errors: string[] = [];
  const foreignOrigins = new Set<string>();
  const traffic = { requests: 0, bytes: 0 };
  const note = (text: string): void => {
    if (!knownNoise.some(pattern => pattern.test(text)) && !errors.includes(text)) errors.push(text);
  };
  page.on('console', message => {
    if (message.type() === 'error') note(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', error => note(`uncaught: ${error.stack ?? error.message}`));
  page.on('request', request => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.hostname !== '127.0.0.1') foreignOrigins.add(url.origin);
  });
  page.on('response', response => {
    traffic.requests++;
    traffic.bytes += Number(response.headers()['content-length'] ?? 0);
  });
  return { page, errors, foreignOrigins, traffic };
}

/** Keeps a picture under `.cache/screenshots/` for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const dir = join(root, '.cache/screenshots');
  mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: join(dir, `${name}.png`) });
}
