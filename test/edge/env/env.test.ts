import { describe, expect, it } from 'vitest';
import { pause, repeat, withinMs, type Env, type Timer } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';

/** A world whose timers run when the test says that time has passed. */
function handEnv(): { readonly env: Env; pass(ms: number): void } {
  let timeMs = 0;
  let due: { readonly atMs: number; readonly body: () => void }[] = [];
  const setTimer = (delayMs: number, body: () => void): Timer => {
    const timer = { atMs: timeMs + delayMs, body };
    due.push(timer);
    return { cancel: () => void (due = due.filter(other => other !== timer)) };
  };
  const pass = (ms: number): void => {
    const endMs = timeMs + ms;
    for (;;) {
      const next = due.filter(timer => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      timeMs = next.atMs;
      due = due.filter(timer => timer !== next);
      next.body();
    }
    timeMs = endMs;
  };
  return { env: { ...systemEnv(), setTimer, nowMs: () => timeMs, monotonicMs: () => timeMs }, pass };
}

describe('repeat', () => {
  it('runs at each interval until it is cancelled, also from inside', () => {
    const { env, pass } = handEnv();
    let runs = 0;
    const timer = repeat(env, 10, () => void (++runs === 3 && timer.cancel()));
    pass(9);
    expect(runs).toBe(0);
    pass(1_000);
    expect(runs).toBe(3);
  });
});

describe('withinMs', () => {
  it('waits for the work, and no longer than it may', async () => {
    const { env, pass } = handEnv();
    await withinMs(env, Promise.resolve(1), 100);
    const late = withinMs(env, new Promise(() => undefined), 100);
    pass(100);
    await late;
  });

  it('hands on the failure of the work, but not one that comes too late', async () => {
    const { env, pass } = handEnv();
    await expect(withinMs(env, Promise.reject(new Error('no')), 100)).rejects.toThrow('no');
    const slow = withinMs(env, pause(env, 200).then(() => Promise.reject(new Error('late'))), 100);
    pass(100);
    await slow;
    pass(100);
  });
});

describe('systemEnv', () => {
  it('draws bytes that do not repeat', () => {
    const drawn = Array.from({ length: 100 }, () => systemEnv().randomHex(8));
    expect(new Set(drawn).size).toBe(100);
    expect(drawn.every(hex => /^[0-9a-f]{16}$/.test(hex))).toBe(true);
  });
});
