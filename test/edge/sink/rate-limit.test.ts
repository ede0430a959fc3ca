import { expect, it } from 'vitest';
import type { Env } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import { RateLimit } from '../../../edge/sink/rate-limit';

it('lets as many rows a second through as it may, pays a large batch back, and says when there is room', () => {
  let nowMs = 0;
  const timers: { readonly atMs: number; readonly body: () => void }[] = [];
  const env: Env = { ...systemEnv(), monotonicMs: () => nowMs, setTimer: (delayMs, body) => (timers.push({ atMs: nowMs + delayMs, body }), { cancel: () => undefined }) };
  let calls = 0;
  const limit = new RateLimit({ env, rowsPerSecondMax: 10, onReady: () => calls++ });
  for (let row = 0; row < 10; row++) {
    expect(limit.ready()).toBe(true);
    limit.spend(1);
  }
  expect(limit.ready()).toBe(false);
  expect(timers.map(({ atMs }) => atMs)).toEqual([100]);
  nowMs = 100;
  timers[0]?.body();
  expect(calls).toBe(1);
  expect(limit.ready()).toBe(true);
  limit.spend(31);
  expect(limit.ready()).toBe(false);
  expect(timers[1]?.atMs).toBe(3_200);
  nowMs = 3_199;
  expect(limit.ready()).toBe(false);
  nowMs = 3_200;
  expect(limit.ready()).toBe(true);
});
