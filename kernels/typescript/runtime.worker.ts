import type { PagePort } from './ports';
import { Rpc } from './rpc';
import type { RpcEndpoint } from './rpc';
import { createLibrary } from './runtime/library';
import { Runtime } from './runtime/runtime';

const evaluate = eval;
const rpc = new Rpc<PagePort>(self as unknown as RpcEndpoint);
const runtime = new Runtime({ page: rpc.remote as PagePort, globals: globalThis, evaluate: code => evaluate(code) as unknown, library: createLibrary });
rpc.serve(runtime);

self.addEventListener('unhandledrejection', event => {
  event.preventDefault();
  runtime.report(null, event.reason);
});
self.addEventListener('error', event => {
  event.preventDefault();
  runtime.report(null, event.error ?? event.message);
});
