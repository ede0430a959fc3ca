import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { planToJson } from '../../../engine/plan/canonical-json';
import { plan } from '../../engine/bundle/make-bundle';
import { newerNode } from './newer-node';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** West, east and beside the whole hour. */
const ZONES = ['UTC', 'America/St_Johns', 'Asia/Kolkata'] as const;

export interface SameBytes {
  /** Host and time zone → SHA-256 of the bundle that it makes. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly limits: readonly string[];
}

/** One bundle made in this Node and a newer one, in three time zones each, and at full scale in Chromium. */
export async function sameBytes(scale: 'small' | 'full', log: (line: string) => void): Promise<SameBytes> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'same-bytes-'));
  try {
    const child = await built('child', 'node', folder);
    const input = join(folder, 'input.json');
    writeFileSync(input, inputText());
    const limits: string[] = [];
    const hashes = new Map<string, string>();
    const newer = newerNode(ROOT, scale === 'full');
    if (newer === null) limits.push(scale === 'full' ? 'No newer Node could be fetched for this platform.' : 'The newer Node is fetched at full scale alone.');
    for (const node of [process.execPath, ...(newer === null ? [] : [newer])]) {
      const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
      for (const zone of ZONES) hashes.set(`Node ${version} in ${zone}`, execFileSync(node, [child, input], { encoding: 'utf8', env: { ...process.env, TZ: zone } }));
    }
    log(`${hashes.size} bundles made in Node`);
    if (scale === 'full') await inChromium(folder, inputText(), hashes, limits);
    else limits.push('Chromium makes its bundle at full scale alone; the browser tests compare one with Node.');
    return { hashes, limits };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inputText(): string {
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 21)]), format: 'der', type: 'pkcs8' });
  const model = readFileSync(join(ROOT, 'notebooks', 'bearing.onnx')).toString('base64');
  return JSON.stringify({ plan: JSON.parse(planToJson(plan)) as unknown, models: { 'bearing.onnx': model }, jwk: key.export({ format: 'jwk' }) });
}

async function built(name: 'child' | 'page', platform: 'node' | 'browser', folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({ entryPoints: [join(ROOT, 'test', 'sim', 'tamper', `bundle-bytes.${name}.ts`)], outfile, bundle: true, platform, format: 'esm', target: 'es2022', logLevel: 'error' });
  return outfile;
}

async function inChromium(folder: string, input: string, hashes: Map<string, string>, limits: string[]): Promise<void> {
  const { findChromium } = (await import(pathToFileURL(join(ROOT, 'scripts', 'find-chromium.mjs')).href)) as { findChromium(): { readonly path: string; readonly env: Record<string, string> } };
  const script = readFileSync(await built('page', 'browser', folder));
  const server = http.createServer((request, response) => {
    const isScript = request.url === '/page.mjs';
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : '<!doctype html><script type="module" src="page.mjs"></script>');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  try {
    const { path, env } = findChromium();
    const browser = await chromium.launch({ executablePath: path, headless: true, args: ['--no-sandbox'], env: { ...process.env, ...env } as Record<string, string> });
    try {
      for (const timezoneId of ZONES) {
        const page = await (await browser.newContext({ timezoneId })).newPage();
        await page.goto(`http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`, { waitUntil: 'networkidle' });
        hashes.set(`Chromium ${browser.version()} in ${timezoneId}`, await page.evaluate(text => (globalThis as unknown as { bundleBytes(text: string): Promise<string> }).bundleBytes(text), input));
      }
    } finally {
      await browser.close();
    }
  } catch (error) {
    limits.push(`Chromium did not run: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  } finally {
    await new Promise(done => server.close(done));
  }
}
