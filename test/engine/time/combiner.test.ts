import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { IdleMark } from '../../../engine/operator/operator';
import { SourceTime } from '../../../engine/time/source-time';
import { WatermarkCombiner } from '../../../engine/time/watermark-combiner';

interface CombinationCase {
  readonly name: string;
  readonly kind: 'watermarkCombination';
  readonly inputs: number;
  readonly events: readonly { readonly input: number; readonly watermark?: number | string; readonly status?: 'idle' | 'active' }[];
  readonly expected: { readonly channelsOfOneInput: readonly { readonly watermark: number | string; readonly idle: boolean }[] };
}
interface DetectionCase {
  readonly name: string;
  readonly kind: 'idleDetection';
  readonly idleTimeoutMs: number;
  readonly events: readonly { readonly atMs: number; readonly event: 'record' | 'check' }[];
}

const cases = JSON.parse(readFileSync(new URL('../../golden/flink/idle.json', import.meta.url), 'utf8')) as (CombinationCase | DetectionCase)[];
const combinations = cases.filter(each => each.kind === 'watermarkCombination');

describe("several inputs combine as the channels of one of Flink's inputs", () => {
  test.each(combinations.map(each => [each.name, each] as const))('%s', (_, each) => {
    const combiner = new WatermarkCombiner();
    for (let i = 0; i < each.inputs; i++) combiner.addInput();
    const seen = each.events.map(event => {
      if (event.watermark !== undefined) combiner.setWatermark(event.input, Number(event.watermark));
      else if (event.status === 'idle') combiner.setIdle(event.input);
      else combiner.setActive(event.input);
      return { watermark: combiner.watermarkMs, idle: combiner.idle };
    });
    expect(seen).toEqual(each.expected.channelsOfOneInput.map(({ watermark, idle }) => ({ watermark: Number(watermark), idle })));
  });
});

describe('idleness by arrival time', () => {
  const options = { maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, idleTimeoutMs: 1000 };
  const message = (time: SourceTime, at: number, name: string, eventTimeMs: number, arrivalTimeMs: number): number => {
    time.arrive(arrivalTimeMs);
    time.observe(time.input(name), eventTimeMs, arrivalTimeMs);
    time.settle(at);
    return time.watermarkMs;
  };
  const tick = (time: SourceTime, at: number, arrivalTimeMs: number): number => {
    time.arrive(arrivalTimeMs);
    time.settle(at);
    return time.watermarkMs;
  };

  test('an input is idle after more than the timeout, not at it', () => {
    const time = new SourceTime(options);
    message(time, 0, 'a', 100, 0);
    message(time, 1, 'b', 201, 500);
    expect(tick(time, 2, 1000)).toBe(99);
    expect(tick(time, 3, 1001)).toBe(200);
  });

  test('a message counts as a sign of time for the other inputs', () => {
    const time = new SourceTime(options);
    message(time, 0, 'a', 100, 0);
    message(time, 1, 'b', 201, 500);
    expect(message(time, 2, 'b', 301, 1001)).toBe(300);
  });

  test('a source without any record is idle after more than the timeout, until its first one', () => {
    const time = new SourceTime(options);
    const marks = (): readonly IdleMark[] => time.take().idle ?? [];
    tick(time, 0, 5_000);
    tick(time, 1, 6_000);
    expect(marks()).toEqual([]);
    tick(time, 2, 6_001);
    expect(marks()).toEqual([{ at: 2, idle: true }]);
    message(time, 3, 'a', 100, 6_002);
    expect(marks()).toEqual([{ at: 3, idle: false }]);
  });

  test('the maximum is released when all inputs have fallen idle', () => {
    const time = new SourceTime(options);
    message(time, 0, 'a', 101, 0);
    message(time, 1, 'b', 301, 0);
    expect(time.watermarkMs).toBe(100);
    expect(tick(time, 2, 5000)).toBe(300);
  });

  test('an input that comes back behind is left out until it has caught up', () => {
    const time = new SourceTime(options);
    message(time, 0, 'b', 51, 0);
    message(time, 1, 'a', 101, 1);
    message(time, 2, 'a', 151, 1001);
    expect(time.watermarkMs).toBe(150);
    expect(message(time, 3, 'b', 61, 1100)).toBe(150);
    expect(message(time, 4, 'a', 201, 1200)).toBe(200);
    expect(message(time, 5, 'b', 221, 1300)).toBe(200);
    expect(message(time, 6, 'a', 301, 1400)).toBe(220);
  });

  test('without a timeout no input is ever idle', () => {
    const time = new SourceTime({ ...options, idleTimeoutMs: null });
    message(time, 0, 'a', 51, 0);
    message(time, 1, 'b', 101, 0);
    expect(tick(time, 2, 1e12)).toBe(50);
  });

  test('a new input behind what has been released is waited for from then on', () => {
    const time = new SourceTime(options);
    message(time, 0, 'a', 101, 0);
    expect(message(time, 1, 'b', 51, 1)).toBe(100);
    expect(message(time, 2, 'a', 201, 2)).toBe(100);
    expect(message(time, 3, 'b', 151, 3)).toBe(150);
  });

  test('the end of the input is an infinite watermark', () => {
    const time = new SourceTime(options);
    message(time, 0, 'a', 101, 0);
    time.end(1);
    const progress = time.take();
    expect([...progress.at]).toEqual([0, 1]);
    expect([...progress.watermarkMs]).toEqual([100, Infinity]);
  });

  test('the clock guard refuses what is further ahead than the skew, not what is at it', () => {
    const time = new SourceTime({ ...options, maxFutureSkewMs: 60_000 });
    expect(time.isFuture(160_000, 100_000)).toBe(false);
    expect(time.isFuture(160_001, 100_000)).toBe(true);
    expect(new SourceTime(options).isFuture(1e15, 0)).toBe(false);
  });
});
