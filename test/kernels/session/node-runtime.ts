import { parentPort } from 'node:worker_threads';
import type { PagePort } from '../../../kernels/typescript/ports';
import { Rpc } from '../../../kernels/typescript/rpc';
import type { RpcEndpoint } from '../../../kernels/typescript/rpc';
import { Runtime } from '../../../kernels/typescript/runtime/runtime';

/* The runtime worker's entry for Node's worker threads. */
const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread');
const endpoint: RpcEndpoint = {
  postMessage: (message, transfer) => port.postMessage(message, transfer as never),
  addEventListener: (_type, listener) => void port.on('message', (data: unknown) => listener({ data } as MessageEvent<unknown>)),
  removeEventListener: () => undefined
};
const evaluate = eval;
const rpc = new Rpc<PagePort>(endpoint);
rpc.serve(new Runtime({ page: rpc.remote as PagePort, globals: globalThis, evaluate: code => evaluate(code) as unknown }));
