import type { Endpoint } from 'comlink';
import { LittoralError } from '../engine/error';
import type { AssetUrls, EngineService, LakeService, QueryResult } from './protocol';
import { systemClock } from './platform/clock';
import type { Clock } from './platform/clock';
import { Supervisor } from './rpc/supervisor';
import type { Link, Supervised } from './rpc/supervisor';
import { installTransferHandlers } from './rpc/transfer-handlers';

export type { Supervised } from './rpc/supervisor';

const RUNS_ENDED = 'Live runs in it have ended; recordings are kept.';

export interface ClientOptions {
  /** Address of the bundled worker, or a function that makes it (tests, other loaders). Nothing starts before the first call. */
  readonly worker: string | URL | (() => Worker);
  readonly assets: AssetUrls;
  /** Called once when the worker is lost: show it, then `restart()`. */
  readonly onDown?: (error: LittoralError) => void;
  readonly clock?: Clock;
}

/**
 * The data engine of the page. `client.service` has the methods of `EngineService`; a call to a worker that died is
 * rejected with `WORKER_DOWN` instead of waiting for ever.
 */
export function createEngineClient(options: ClientOptions): Supervised<EngineService> {
  return supervise<EngineService>('data engine', RUNS_ENDED, options);
}

/** The lake worker of the page; starts with the first call. */
export function createLakeClient(options: ClientOptions): Supervised<LakeService> {
  return supervise<LakeService>('lake', 'Its query has ended.', options);
}

/**
 * The data engine behind a port that was given to `EngineService.addPort`; for kernels' workers. It needs no `init` and
 * cannot be restarted from here: after `WORKER_DOWN` ask the page for a new port.
 */
export function connectEnginePort(port: MessagePort, options: { readonly clock?: Clock; readonly onDown?: (error: LittoralError) => void } = {}): Supervised<EngineService> {
  installTransferHandlers();
  let taken = false;
  return new Supervisor<EngineService>({
    name: 'data engine',
    consequence: RUNS_ENDED,
    clock: options.clock ?? systemClock(),
    onDown: options.onDown,
    open(onFailure) {
      if (taken) throw new LittoralError('WORKER_DOWN', 'data engine: this port is closed. Ask the page for a new one.', { retryable: true });
      taken = true;
      port.start();
      port.addEventListener('close', () => onFailure('the page closed the port'));
      return { endpoint: port, close: () => port.close() };
    }
  });
}

/** Runs `sql` on the lake at `url`; aborting `signal` cancels the query in the worker and rejects with `CANCELLED`. */
export async function queryLake(
  lake: LakeService,
  url: string,
  sql: string,
  options: { readonly rowsMax: number; readonly signal?: AbortSignal }
): Promise<QueryResult> {
  const cancelled = (): LittoralError => new LittoralError('CANCELLED', 'query: it was cancelled. Run it again when you want its rows.', { retryable: true });
  if (options.signal?.aborted === true) throw cancelled();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      lake.cancel().catch(reject);
      reject(cancelled());
    };
  });
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([lake.query(url, sql, { rowsMax: options.rowsMax }), aborted]);
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function supervise<Service extends { init(assets: AssetUrls): Promise<void> }>(name: string, consequence: string, options: ClientOptions): Supervised<Service> {
  installTransferHandlers();
  return new Supervisor<Service>({
    name,
    consequence,
    clock: options.clock ?? systemClock(),
    onDown: options.onDown,
    open: onFailure => openWorker(options.worker, onFailure),
    start: service => service.init(options.assets)
  });
}

function openWorker(worker: ClientOptions['worker'], onFailure: (reason: string) => void): Link {
  const instance = typeof worker === 'function' ? worker() : new Worker(worker, { type: 'module' });
  instance.addEventListener('error', event => onFailure(event.message === '' ? 'its script could not be loaded' : `its script failed: ${event.message}`));
  instance.addEventListener('messageerror', () => onFailure('it sent a message that could not be read'));
  return { endpoint: instance as Endpoint, close: () => instance.terminate() };
}
