import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { LittoralError } from '../../../engine/error';
import type { RuntimeHandle } from '../../../kernels/typescript/execution';
import type { PagePort, RuntimePort } from '../../../kernels/typescript/ports';
import { Rpc } from '../../../kernels/typescript/rpc';
import type { RpcEndpoint } from '../../../kernels/typescript/rpc';

export interface WorkerRuntimes {
  start(page: PagePort): RuntimeHandle;
  remove(): void;
}

/** Runtimes in worker threads of their own, so that a cell that never gives way can be ended. */
export async function workerRuntimes(): Promise<WorkerRuntimes> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-runtime-'));
  const outfile = join(folder, 'runtime.mjs');
  await build({ entryPoints: [join(import.meta.dirname, 'node-runtime.ts')], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error' });
  return {
    start(page) {
      const worker = new Worker(outfile);
      const endpoint: RpcEndpoint = {
        postMessage: (message, transfer) => worker.postMessage(message, transfer as never),
        addEventListener: (_type, listener) => void worker.on('message', (data: unknown) => listener({ data } as MessageEvent<unknown>)),
        removeEventListener: () => undefined
      };
      const rpc = new Rpc<RuntimePort>(endpoint).serve(page);
      return {
        port: rpc.remote as RuntimePort,
        dispose() {
          void worker.terminate();
          rpc.close(new LittoralError('WORKER_DOWN', 'kernel: its worker was stopped. Run the cell again.', { retryable: true }));
        }
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true })
  };
}
