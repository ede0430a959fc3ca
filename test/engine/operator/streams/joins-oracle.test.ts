import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GraphInput } from '../../../../engine/graph/graph-api';
import type { PlanNode } from '../../../../engine/plan/plan';
import type { StreamRecord, StreamRun } from '../../../support/two-streams';
import { inputsOf, planWithSink, runPlan, sideSource } from '../../../support/two-streams';

/*
 * A naive recomputation over all records: each record in turn, the watermark from its definition, pairs by comparing
 * everything with everything.
 */
const KEYS = ['a', 'b'];
interface Case {
  readonly records: readonly StreamRecord[];
  readonly delays: readonly [number, number];
  readonly pushSize: number;
}
interface Told {
  /** The watermark of both streams together before and after each record, and after the end. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const record = fc.record({ side: fc.constantFrom('L', 'R'), step: fc.integer({ min: -12, max: 15 }), device: fc.constantFrom(...KEYS, null) });
const cases: fc.Arbitrary<Case> = fc.record({
  records: fc.array(record, { maxLength: 60 }).map(steps => {
    let t = 1000;
    return steps.map(({ side, step, device }) => ({ side, device, t: (t += step) }));
  }),
  delays: fc.tuple(fc.constantFrom(0, 3, 20), fc.constantFrom(0, 3, 20)),
  pushSize: fc.integer({ min: 1, max: 9 })
});

function watermarks({ records, delays }: Case): Told {
  const newest = [-Infinity, -Infinity];
  const after = records.map(({ side, t }) => {
    const port = side === 'L' ? 0 : 1;
    newest[port] = Math.max(newest[port]!, t);
    return Math.min(newest[0]! - delays[0] - 1, newest[1]! - delays[1] - 1);
  });
  return { before: [-Infinity, ...after], after: [...after, Infinity] };
}

function runCase(each: Case, ...nodes: readonly PlanNode[]): StreamRun {
  const plan = planWithSink(sideSource('L', { maxOutOfOrdernessMs: each.delays[0] }), sideSource('R', { maxOutOfOrdernessMs: each.delays[1] }), ...nodes);
  const inputs = inputsOf(each.records);
  const whole = runPlan(plan, inputs);
  const pieces = runPlan(plan, inputs, { pushSize: each.pushSize, restoring: true });
  expect(pieces.rows).toEqual(whole.rows);
  expect(pieces.letters).toEqual(whole.letters);
  expect(pieces.metrics).toEqual(whole.metrics);
  const open = inputs.slice(0, -1);
  expect(runPlan(plan, open, { pushSize: each.pushSize, restoring: true }).snapshot).toEqual(runPlan(plan, open).snapshot);
  expect([...pieces.late].sort()).toEqual([...whole.late].sort());
  const inState = [...whole.metrics.nodes.values()].map(({ rowsInState }) => rowsInState);
  expect(Math.max(...inState)).toBeLessThanOrEqual(nodes[0]!.op === 'temporalLookup' ? KEYS.length : 0);
  return whole;
}

const as = { left: '', right: 'r_' };
const isLeft = ({ side }: StreamRecord): boolean => side === 'L';

describe('an interval join, against a naive recomputation', () => {
  const bounds = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.nat(25)).map(([lowerMs, width]) => ({ lowerMs, upperMs: lowerMs + width }));

  function expectedPairs({ records }: Case, { lowerMs, upperMs }: { lowerMs: number; upperMs: number }, { before, after }: Told, type: string): { rows: unknown[]; late: number[] } {
    const late = records.flatMap(({ t }, i) => (t < before[i]! ? [i] : []));
    const rows: { at: number; id: number; r_id: number | null; eventTimeMs: number }[] = [];
    records.forEach((left, i) => {
      if (!isLeft(left) || late.includes(i)) return;
      const partners = records.flatMap((right, j) => (!isLeft(right) && !late.includes(j) && right.device === left.device && left.device !== null && right.t - left.t >= lowerMs && right.t - left.t <= upperMs ? [j] : []));
      for (const j of partners) rows.push({ at: Math.max(i, j), id: i, r_id: j, eventTimeMs: Math.max(left.t, records[j]!.t) });
      if (type === 'inner' || partners.length > 0) return;
      const gone = left.device === null ? i : after.findIndex((watermarkMs, at) => at >= i && watermarkMs > left.t + upperMs);
      rows.push({ at: gone, id: i, r_id: null, eventTimeMs: left.t });
    });
    return { rows, late };
  }

  test('gives every pair of records that are not late, when the second comes in', () => {
    fc.assert(
      fc.property(cases, bounds, fc.constantFrom('inner', 'left'), (each, interval, type) => {
        const seen = runCase(each, { id: 'j', op: 'intervalJoin', inputs: ['L', 'R'], config: { on: ['device'], as, latePolicy: 'drop', type, ...interval } });
        const wanted = expectedPairs(each, interval, watermarks(each), type);
        const rows = seen.rows.map(({ at, eventTimeMs, row }) => ({ at, id: row['id'], r_id: row['r_id'], eventTimeMs }));
        const byIds = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
        expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).sort((a, b) => a - b));
        expect([...rows].sort(byIds)).toEqual([...wanted.rows].sort(byIds));
        expect(seen.late).toEqual(wanted.late);
      }),
      { numRuns: 100 }
    );
  });

  test('of type left gives no row that is late for what follows', () => {
    fc.assert(
      fc.property(cases, bounds, (each, interval) => {
        fc.pre(interval.upperMs >= 0);
        const seen = runCase(
          each,
          { id: 'j', op: 'intervalJoin', inputs: ['L', 'R'], config: { on: ['device'], as, latePolicy: 'drop', type: 'left', ...interval } },
          { id: 'n', op: 'window', input: 'j', config: { window: { kind: 'tumbling', sizeMs: 1, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } }
        );
        expect(seen.metrics.nodes.get('n')!.late).toBe(0);
      })
    );
  });
});

describe('a window join, against a naive recomputation', () => {
  const windows = fc.constantFrom(
    { kind: 'tumbling', sizeMs: 10, offsetMs: 3 } as const,
    { kind: 'hopping', sizeMs: 20, hopMs: 5, offsetMs: 0 } as const,
    { kind: 'hopping', sizeMs: 5, hopMs: 8, offsetMs: -2 } as const,
    { kind: 'cumulating', maxSizeMs: 30, stepMs: 10, offsetMs: 0 } as const
  );
  type Spec = typeof windows extends fc.Arbitrary<infer T> ? T : never;

  function boundsOf(spec: Spec, t: number): { start: number; end: number }[] {
    if (spec.kind === 'cumulating') {
      const start = Math.floor((t - spec.offsetMs) / spec.maxSizeMs) * spec.maxSizeMs + spec.offsetMs;
      return [1, 2, 3].map(step => ({ start, end: start + step * spec.stepMs })).filter(({ end }) => t < end);
    }
    const hopMs = spec.kind === 'hopping' ? spec.hopMs : spec.sizeMs;
    const last = Math.floor((t - spec.offsetMs) / hopMs) * hopMs + spec.offsetMs;
    return Array.from({ length: 10 }, (_, i) => ({ start: last - i * hopMs, end: last - i * hopMs + spec.sizeMs })).filter(({ end }) => t < end);
  }

  function expected(each: Case, spec: Spec, latenessMs: number): { rows: unknown[]; late: number[]; gap: number } {
    const { before, after } = watermarks(each);
    const content = new Map<string, { start: number; end: number; device: string; left: number[]; right: number[]; firings: [number[], number[]][] }>();
    const rows: unknown[] = [];
    const late: number[] = [];
    let gap = 0;
    const fire = (cell: { start: number; end: number; left: number[]; right: number[]; firings: [number[], number[]][] }, at: number): void => {
      for (const id of cell.left) {
        for (const r_id of cell.right) rows.push([at, cell.end - 1, cell.start, cell.end, id, r_id, cell.firings.filter(([l, r]) => l.includes(id) && r.includes(r_id)).length]);
      }
      cell.firings.push([[...cell.left], [...cell.right]]);
    };
    each.records.forEach((one, at) => {
      const all = boundsOf(spec, one.t);
      const open = all.filter(({ end }) => end - 1 + latenessMs > before[at]!).sort((a, b) => a.end - b.end);
      if (all.length === 0) gap += 1;
      else if (open.length === 0) late.push(at);
      for (const { start, end } of one.device === null ? [] : open) {
        const name = `${start} ${end} ${one.device}`;
        const cell = content.get(name) ?? { start, end, device: one.device!, left: [], right: [], firings: [] };
        content.set(name, cell);
        (isLeft(one) ? cell.left : cell.right).push(at);
        if (end - 1 <= before[at]!) fire(cell, at);
      }
      close(at);
    });
    close(each.records.length);
    return { rows, late, gap };

    function close(at: number): void {
      const was = at === 0 ? -Infinity : after[at - 1]!;
      const due = [...content.values()].filter(({ end }) => end - 1 <= after[at]! && end - 1 > was);
      for (const cell of due.sort((a, b) => a.end - b.end)) fire(cell, at);
    }
  }

  test('gives all pairs of a window when it closes, and again with every late row', () => {
    fc.assert(
      fc.property(cases, windows, fc.constantFrom(0, 0, 15), (each, spec, allowedLatenessMs) => {
        const seen = runCase(each, { id: 'j', op: 'windowJoin', inputs: ['L', 'R'], config: { on: ['device'], as, latePolicy: 'drop', window: spec, allowedLatenessMs } });
        const wanted = expected(each, spec, allowedLatenessMs);
        expect(seen.rows.map(({ at, eventTimeMs, row }) => [at, eventTimeMs, row['windowStartMs'], row['windowEndMs'], row['id'], row['r_id'], row['revision'] ?? 0])).toEqual(wanted.rows);
        expect(seen.late).toEqual(wanted.late);
        expect(seen.metrics.totals.inGap).toBe(wanted.gap);
      }),
      { numRuns: 100 }
    );
  });
});

describe('a lookup in a stream of updates, against a naive recomputation', () => {
  test('gives the newest update at the time of each row, whenever it came', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(0, 10, 1000), fc.constantFrom(null, 0, 8), fc.constantFrom('null', 'drop', 'deadLetter'), (each, retentionMs, ttlMs, missing) => {
        const seen = runCase(each, { id: 'j', op: 'temporalLookup', inputs: ['L', 'R'], config: { on: ['device'], columns: ['id'], as: { right: 'r_' }, latePolicy: 'drop', missing, retentionMs, ttlMs } });
        const { before, after } = watermarks(each);
        const wanted: { at: number; t: number; id: number; r_id: number | null }[] = [];
        const late: number[] = [];
        each.records.forEach(({ side, t, device }, id) => {
          if (side !== 'L') return;
          if (t < before[id]! - retentionMs) {
            late.push(id);
            return;
          }
          const at = after.findIndex((watermarkMs, index) => index >= id && (watermarkMs >= t || before[id]! >= t));
          const updates = each.records.map((update, index) => ({ ...update, index })).filter(update => update.side === 'R' && update.index <= at && update.device === device && device !== null && update.t <= t);
          const [newest] = updates.sort((a, b) => b.t - a.t || b.index - a.index);
          wanted.push({ at, t, id, r_id: newest !== undefined && (ttlMs === null || newest.t + ttlMs >= t) ? newest.index : null });
        });
        const found = wanted.filter(({ r_id }) => missing === 'null' || r_id !== null);
        const lost = wanted.length - found.length;
        const byId = (rows: readonly { id: number }[]): unknown => [...rows].sort((a, b) => a.id - b.id);
        const rows = seen.rows.map(({ at, row }) => ({ at, t: Number(row['t']), id: Number(row['id']), r_id: row['r_id'] as number | null }));
        expect(byId(rows)).toEqual(byId(found));
        expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).sort((a, b) => a - b));
        expect(late.every(id => seen.late.includes(id))).toBe(true);
        expect(missing === 'deadLetter' ? seen.letters.length : seen.metrics.totals.dropped).toBe(missing === 'null' ? 0 : lost);
      }),
      { numRuns: 100 }
    );
  });
});

describe('a stream that says nothing', () => {
  const lookup: PlanNode = { id: 'j', op: 'temporalLookup', inputs: ['L', 'R'], config: { on: ['device'], columns: ['id'], as: { right: 'r_' }, latePolicy: 'drop', missing: 'null', retentionMs: 0, ttlMs: null } };
  const plan = planWithSink(sideSource('L', { idleTimeoutMs: 50 }), sideSource('R', { idleTimeoutMs: 50 }), lookup);
  const at = (arrivalTimeMs: number, side: string, t: number): GraphInput => ({ kind: 'message', arrivalTimeMs, topic: side, payload: new TextEncoder().encode(JSON.stringify({ t, device: 'a', id: t })) });

  test('no longer holds back a lookup once it is idle, from the beginning or later', () => {
    const inputs = [at(0, 'L', 100), at(40, 'L', 110), at(51, 'L', 120), at(52, 'R', 105), at(53, 'L', 130), at(103, 'L', 140), at(104, 'L', 150)];
    const seen = (options: Parameters<typeof runPlan>[2]): unknown => runPlan(plan, inputs, options).rows.map(row => [row.at, row.row['id'], row.row['r_id']]);
    expect(seen({})).toEqual([[2, 100, null], [2, 110, null], [4, 120, 105], [5, 130, 105], [6, 140, 105]]);
    expect(seen({ pushSize: 1, restoring: true })).toEqual(seen({}));
  });
});
