import { expect, it } from 'vitest';
import { connectEnginePort, queryLake } from '../../../worker/client';
import type { LakeService } from '../../../worker/protocol';
import { serve } from '../../../worker/rpc/serve';
import { ManualClock, settled } from '../support/manual-clock';

it('a port of the engine answers, and its closing rejects what is pending', async () => {
  const { port1, port2 } = new MessageChannel();
  serve({ topics: () => Promise.resolve([]), runDone: () => new Promise(() => undefined) }, port2 as unknown as MessagePort);
  port2.start();
  const engine = connectEnginePort(port1, { clock: new ManualClock() });
  expect(await engine.service.topics('plant')).toEqual([]);
  const pending = expect(engine.service.runDone('x')).rejects.toMatchObject({ code: 'WORKER_DOWN', message: expect.stringContaining('the page closed the port') as string });
  await settled();
  port2.close();
  await pending;
  await expect(engine.restart()).rejects.toMatchObject({ code: 'WORKER_DOWN', message: expect.stringContaining('Ask the page for a new one') as string });
});

it('an aborted query is cancelled in the worker and rejected', async () => {
  let cancelled = 0;
  const lake = { query: () => new Promise(() => undefined), cancel: () => Promise.resolve(void (cancelled += 1)) } as unknown as LakeService;
  const abort = new AbortController();
  const query = expect(queryLake(lake, 'http://lake/', 'SELECT 1', { rowsMax: 1, signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  abort.abort();
  await query;
  expect(cancelled).toBe(1);
  await expect(queryLake(lake, 'http://lake/', 'SELECT 1', { rowsMax: 1, signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});
