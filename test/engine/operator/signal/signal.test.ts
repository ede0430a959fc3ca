import { describe, expect, test } from 'vitest';
import { detrend } from '../../../../engine/signal/detrend';
import { envelope } from '../../../../engine/signal/hilbert';
import { rms } from '../../../../engine/signal/level';
import { welchPeakHz } from '../../../../engine/signal/welch';
import type { SourceSettings } from '../../../../engine/plan/nodes/source';

import { messages, runEveryWay, statefulPlan } from '../stateful/stateful-runs';

const SOURCE: Partial<SourceSettings> = {
  schema: {
    fields: [
      { name: 't', type: 'timestampMs', nullable: false },
      { name: 'k', type: 'utf8', nullable: true },
      { name: 'x', type: { list: 'float32' }, nullable: true, unit: 'm/s²' }
    ]
  }
};
const FEATURES = [
  { name: 'level', fn: 'rms', column: 'x' },
  { name: 'n', fn: 'count', column: 'x' },
  { name: 'middle', fn: 'median', column: 'x' },
  { name: 'hz', fn: 'welchPeak', column: 'x', options: { sampleHz: 100 } },
  { name: 'flat', fn: 'detrend', column: 'x' },
  { name: 'amplitude', fn: 'envelope', column: 'x' },
  { name: 'peaks', fn: 'findPeaks', column: 'x' }
];
const plan = (features: readonly object[]): ReturnType<typeof statefulPlan> => statefulPlan({ op: 'signal', config: { features }, source: SOURCE });
const block = (length: number, seed: number): number[] => Array.from({ length }, (_, i) => Math.fround(Math.sin(i * seed) + i / 50));

describe('signal, features of each row', () => {
  test('computes every feature of each block for itself', () => {
    const blocks = [block(64, 0.4), block(9, 1.1), null, [], block(100, 0.9)];
    const { rows } = runEveryWay(plan(FEATURES), messages(blocks.map((x, t) => ({ t, k: 'a', x }))));
    rows.forEach(({ row }, index) => {
      const values = blocks[index]!;
      if (values === null || values.length === 0) {
        expect(row).toMatchObject({ level: null, n: 0n, middle: null, hz: null, flat: null, amplitude: null, peaks: null });
        return;
      }
      const x = Float64Array.from(values);
      const flat = x.slice();
      detrend(flat, 'linear');
      expect(row).toMatchObject({ level: rms(x), n: BigInt(x.length), hz: welchPeakHz(x, { sampleHz: 100 }), flat: [...flat], amplitude: [...envelope(x)] });
      for (const at of row['peaks'] as number[]) expect(x[at]! > x[at - 1]!).toBe(true);
    });
    expect(rows).toHaveLength(5);
  });

  test('sends a signal that is too short for a filter to the dead letters, and only that', () => {
    const features = [{ name: 'y', fn: 'butterworth', column: 'x', options: { sampleHz: 100, cutoffHz: 10 } }];
    const { rows, letters, metrics } = runEveryWay(plan(features), messages([4, 60, 15, 16].map((length, t) => ({ t, k: 'a', x: block(length, 0.5) }))));
    expect(rows.map(({ row }) => (row['y'] as number[]).length)).toEqual([60, 16]);
    expect(letters.map(letter => `${letter.code} ${letter.at}`)).toEqual(['SIGNAL_TOO_SHORT 0', 'SIGNAL_TOO_SHORT 2']);
    expect(metrics.totals.conservationError).toBe(0);
  });

  test('refuses columns that hold no signals, and names that are taken', () => {
    expect(() => plan([{ name: 'y', fn: 'rms', column: 't' }])).toThrow(/column "t" is timestampMs, expected a column of lists/);
    expect(() => plan([{ name: 'y', fn: 'count' }])).toThrow(/count\(\) has no column/);
    expect(() => plan([{ name: 'k', fn: 'rms', column: 'x' }])).toThrow(/has a column "k" already/);
    expect(() => plan([{ name: 'y', fn: 'rmss', column: 'x' }])).toThrow(/Did you mean "rms"/);
    expect(() => plan([{ name: 'y', fn: 'rms', column: 'x' }, { name: 'y', fn: 'peak', column: 'x' }])).toThrow(/"y" already/);
  });
});
