import { LittoralError } from '../../engine/error';
import type { RuntimeHandle } from './execution';
import type { LanguagePort } from './language-port';
import type { PagePort, RuntimePort } from './ports';
import { Rpc } from './rpc';

/** An indirection, so that the bundler takes the URLs as assets and does not bundle the workers again. */
const spawn = (url: URL): Worker => new Worker(url, { type: 'module' });

const runtimeWorkerUrl = new URL('./runtime.worker.js', import.meta.url);
const languageWorkerUrl = new URL('./ls.worker.js', import.meta.url);
const libraryTypesUrl = new URL('./library-types.json', import.meta.url);

/** Starts a worker for the code of one notebook. */
export function startRuntimeWorker(page: PagePort): RuntimeHandle {
  const worker = spawn(runtimeWorkerUrl);
  const rpc = new Rpc<RuntimePort>(worker).serve(page);
  worker.addEventListener('error', event => {
    if (event.message !== '') return;
    rpc.close(new LittoralError('WORKER_DOWN', 'kernel: its worker script could not be loaded. Reload the page.', { retryable: true }));
  });
  return {
    port: rpc.remote as RuntimePort,
    dispose() {
      worker.terminate();
      rpc.close(new LittoralError('WORKER_DOWN', 'kernel: its worker was stopped. Run the cell again.', { retryable: true }));
    }
  };
}

let language: LanguagePort | null = null;

/** The language service of the page: one worker for all notebooks and documents, started with the first call. */
export function sharedLanguage(): LanguagePort {
  if (language !== null) return language;
  const worker = spawn(languageWorkerUrl);
  const rpc = new Rpc<LanguagePort>(worker).serve({ libraryTypesUrl: () => libraryTypesUrl.href });
  worker.addEventListener('error', event => {
    if (event.message !== '') return;
    rpc.close(new LittoralError('WORKER_DOWN', 'language service: its worker script could not be loaded. Reload the page.', { retryable: true }));
    language = null;
  });
  language = rpc.remote as LanguagePort;
  return language;
}
