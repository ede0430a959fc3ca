import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRunOutput } from '../../../extension/runs/parse-run-output';
import { snapshotOf } from './snapshot';

describe('run output of a notebook', () => {
  it('comes back as it was saved, a gap as a gap again', () => {
    const snapshot = snapshotOf({ rowsIn: 12, late: 3, chart: { column: 'rms', unit: 'm/s²', keys: ['b1'], timesMs: [1, 2], values: [[1, NaN]] } });
    const saved: unknown = JSON.parse(JSON.stringify({ version: 1, runId: 'r', snapshot }));
    const parsed = parseRunOutput(saved);
    expect(parsed.snapshot).toEqual({ ...snapshot, runId: 'r' });
  });

  it('takes typed arrays that went through JSON as objects', () => {
    const saved: unknown = JSON.parse(JSON.stringify({ version: 1, runId: 'r', snapshot: { chart: { keys: ['a'], timesMs: Float64Array.of(1, 2), values: [Float64Array.of(3, 4)] } } }));
    expect(parseRunOutput(saved).snapshot?.chart).toMatchObject({ timesMs: [1, 2], values: [[3, 4]] });
  });

  it.each([[null], [{}], [{ version: 2, runId: 'r' }], [{ version: 1 }], ['text']])('refuses %j with a typed error', json => {
    expect(() => parseRunOutput(json)).toThrowError(expect.objectContaining({ code: 'RUN_OUTPUT' }));
  });

  const seed = 7;
  it(`takes any JSON in a snapshot without a crash (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (graph, chart) => {
        const parsed = parseRunOutput({ version: 1, runId: 'r', snapshot: { graph, chart, problems: graph, lastRows: chart, slo: graph, rowsOut: chart, deadLetters: graph } });
        expect(parsed.snapshot?.state).toBe('stopped');
      }),
      { seed, numRuns: 300 }
    );
  });

  it('cuts endless lists and texts', () => {
    const parsed = parseRunOutput({ version: 1, runId: 'r', snapshot: { name: 'n'.repeat(1e6), problems: Array.from({ length: 10_000 }, () => ({})) } });
    expect(parsed.snapshot?.name.length).toBeLessThanOrEqual(20_000);
    expect(parsed.snapshot?.problems.length).toBeLessThanOrEqual(500);
  });
});
