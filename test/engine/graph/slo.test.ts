import { describe, expect, it } from 'vitest';
import type { ReportCounters } from '../../../engine/graph/graph-api';
import { checkSlo } from '../../../engine/graph/slo';

const counters = (change: Partial<ReportCounters>): ReportCounters => ({
  rowsIn: 100,
  rowsOut: {},
  late: 0,
  inGap: 0,
  filtered: 0,
  deadLetters: {},
  duplicates: 0,
  dropped: 0,
  conservationError: 0,
  watermarkMs: 0,
  ...change
});

describe('a service-level objective', () => {
  it.each<{ name: string; change: Partial<ReportCounters>; ok: boolean; seen: string }>([
    { name: 'late rows that were dropped', change: { late: 2 }, ok: false, seen: '2 %' },
    { name: 'late rows that became dead letters', change: { deadLetters: { LATE: 2 } }, ok: false, seen: '2 %' },
    { name: 'other dead letters', change: { deadLetters: { JSON_SYNTAX: 50 } }, ok: true, seen: '0 %' },
    { name: 'exactly the allowed share', change: { late: 1 }, ok: true, seen: '1 %' }
  ])('judges the late share by $name', ({ change, ok, seen }) => {
    expect(checkSlo({ lateShareMax: 0.01 }, counters(change), null)).toMatchObject([{ name: 'late share', ok, seen }]);
  });

  it('fails a latency goal while nothing has been measured', () => {
    expect(checkSlo({ p99LatencyMs: 200 }, counters({}), null)).toMatchObject([{ ok: false, seen: 'no result yet' }]);
    expect(checkSlo({ p99LatencyMs: 200 }, counters({}), 199)).toMatchObject([{ ok: true }]);
    expect(checkSlo({ p99LatencyMs: 200 }, counters({}), 201)).toMatchObject([{ ok: false }]);
  });

  it('finds nothing late in a run without rows', () => {
    expect(checkSlo({ lateShareMax: 0, deadLetterShareMax: 0 }, counters({ rowsIn: 0 }), null).every(check => check.ok)).toBe(true);
  });
});
