import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { Journal } from '../../../edge/agent/journal';
import { Pipeline } from '../../../edge/agent/pipeline';
import { Ticker } from '../../../edge/agent/ticker';
import { fieldSealer } from '../../../edge/crypto/key-ring';
import type { Env, Timer } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import { Store } from '../../../edge/store/store';
import { countingPlan } from '../bundles';
import { until } from '../until';

const HOUR_MS = 3_600_000;

describe('a clock that is set', () => {
  it('an hour back does not keep the pipeline from its checkpoints', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'littoral-clock-'));
    const store = await Store.open(join(folder, 'a.db'));
    const journal = new Journal(store);
    let nowMs = 10 * HOUR_MS;
    let monotonicMs = 0;
    const env: Env = { ...systemEnv(), nowMs: () => nowMs, monotonicMs: () => monotonicMs };
    const fatal = (error: unknown): never => {
      throw error;
    };
    const writer = new DurableWriter({ env, store, onFatal: fatal, onBlocked: () => undefined });
    const pipeline = new Pipeline({ env, deployment: { pipeline: 'counts', release: 1, sha256: '', plan: countingPlan({ lake: false }), models: {} }, store, journal, writer, infer: fatal, sealer: fieldSealer(new Map()), onRows: () => undefined, onPressure: () => undefined, onFatal: fatal });
    pipeline.start();
    nowMs -= HOUR_MS;
    monotonicMs += 2_000;
    const inputs = [{ kind: 'message' as const, arrivalTimeMs: nowMs, topic: 'plant/a/value', payload: Buffer.from('{"tMs":1,"value":1}'), source: 'in' }];
    journal.append(inputs);
    pipeline.push(inputs);
    await until(() => pipeline.processedSeq === 0);
    await until(() => store.cursor('graph') === 0);
    await pipeline.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('an hour ahead does not end the ticks before the silence was noticed', () => {
    let nowMs = 0;
    let monotonicMs = 0;
    let ticks = 0;
    const due: (() => void)[] = [];
    const setTimer = (_delayMs: number, body: () => void): Timer => {
      due.push(body);
      return { cancel: () => undefined };
    };
    const ticker = new Ticker({ env: { ...systemEnv(), nowMs: () => nowMs, monotonicMs: () => monotonicMs, setTimer }, plan: countingPlan({ idleTimeoutMs: 1_000 }), messages: () => 1, tick: () => void ticks++ });
    ticker.start();
    const pass = (): void => {
      monotonicMs += 500;
      nowMs += 500;
      due.shift()?.();
    };
    pass();
    nowMs += HOUR_MS;
    pass();
    expect(ticks).toBe(2);
    for (let count = 0; count < 20; count++) pass();
    expect(ticks).toBe(7);
  });
});
