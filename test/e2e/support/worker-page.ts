import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import type { Supervised } from '../../../worker/client';
import type { AssetUrls, EngineService, LakeService } from '../../../worker/protocol';
import { serveFolders } from './static-server';

// Benchmarks bundle this file elsewhere; they and the tests run in the project's folder.
const root = process.cwd();

/** What the bare page offers to tests: the workers behind the client, without any Jupyter around them. */
export interface WorkerPage {
  readonly engine: Supervised<EngineService>;
  readonly lake: Supervised<LakeService>;
}
declare global {
  interface Window {
    littoral: WorkerPage;
  }
}

const pageScript = `
import { createEngineClient, createLakeClient, queryLake } from '${join(root, 'worker/client')}';
const url = path => new URL(path, location.href).href;
const assets = ${'ASSETS'};
window.littoral = {
  engine: createEngineClient({ worker: url('/workers/worker/engine.worker.js'), assets }),
  lake: createLakeClient({ worker: url('/workers/worker/lake.worker.js'), assets }),
  queryLake
};
`;

/** Builds both workers and serves them with a page that holds their clients. */
export async function startWorkerPage(mounts: Readonly<Record<string, string>> = {}): Promise<{ readonly url: string; readonly origin: string; readonly sent: ReadonlyMap<string, number>; close(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'littoral-worker-'));
  const { buildWorkers } = (await import(join(root, 'scripts/build-workers.mjs'))) as { buildWorkers(options: object): Promise<string[]> };
  const entryPoints = [join(root, 'worker/engine.worker.ts'), join(root, 'worker/lake.worker.ts'), join(root, 'test/e2e/support/parity.worker.ts')];
  await buildWorkers({ root, outdir: dir, entryPoints });
  const assets: AssetUrls = { ortWasm: '/ort.wasm', duckdbWasm: '/duckdb.wasm', duckdbWorker: '/duckdb.worker.js', parquetWasm: '/parquet.wasm' };
  const absolute = `Object.fromEntries(Object.entries(${JSON.stringify(assets)}).map(([key, path]) => [key, url(path)]))`;
  const script = await esbuild.build({ stdin: { contents: pageScript.replace('ASSETS', absolute), resolveDir: root }, bundle: true, format: 'iife', write: false, logLevel: 'error' });
  writeFileSync(join(dir, 'page.js'), script.outputFiles[0]?.contents ?? '');
  writeFileSync(join(dir, 'index.html'), '<!doctype html><meta charset="utf-8"><title>workers</title><script src="/page.js"></script>');
  const modules = join(root, 'node_modules');
  const server = await serveFolders({
    '/ort.wasm': join(modules, 'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
    '/duckdb.wasm': join(modules, '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm'),
    '/duckdb.worker.js': join(modules, '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js'),
    '/parquet.wasm': join(modules, 'parquet-wasm/esm/parquet_wasm_bg.wasm'),
    '/workers/': dir,
    '/page.js': join(dir, 'page.js'),
    '/index.html': join(dir, 'index.html'),
    ...mounts
  });
  return {
    url: `${server.origin}/index.html`,
    origin: server.origin,
    sent: server.sent,
    close: async () => {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    }
  };
}

export async function openWorkerPage(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => window.littoral !== undefined);
}
