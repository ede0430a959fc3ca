import { describe, expect, test } from 'vitest';
import { StateSet } from '../../../engine/aggregate/aggregate';
import type { Batch } from '../../../engine/batch/batch';
import { Dictionary } from '../../../engine/batch/batch';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import { imbalance } from '../../../engine/operator/counters';
import type { Chunk, Operator, Output } from '../../../engine/operator/operator';
import type { CountingSpec, SessionSpec, SlidingSpec } from '../../../engine/plan/nodes/window';
import type { Schema } from '../../../engine/schema/schema';
import { CountingOperator } from '../../../engine/window/counting-operator';
import type { WindowLimits } from '../../../engine/window/limits';
import { WINDOW_LIMITS } from '../../../engine/window/limits';
import { SessionOperator } from '../../../engine/window/session-operator';
import { SlidingOperator } from '../../../engine/window/sliding-operator';

const schema: Schema = { fields: [{ name: 'k', type: 'utf8', nullable: false }] };
const resultSchema: Schema = { fields: [...schema.fields, ...['windowStartMs', 'windowEndMs'].map(name => ({ name, type: 'timestampMs', nullable: false }) as const)] };

type OwnSpec = SessionSpec | CountingSpec | SlidingSpec;
const SESSION: OwnSpec = { kind: 'session', gapMs: 10, maxDurationMs: null };
const COUNTING: OwnSpec = { kind: 'counting', rows: 2, hopRows: 2, emitPartial: true };
const OVERLAPPING: OwnSpec = { kind: 'counting', rows: 3, hopRows: 1, emitPartial: true };
const SLIDING: OwnSpec = { kind: 'sliding', sizeMs: 10 };
const SLIDING_ROWS: OwnSpec = { kind: 'sliding', rows: 2 };

interface Row {
  readonly t: number;
  readonly k: string;
}

function operatorOf(spec: OwnSpec, limits: Partial<WindowLimits>): Operator {
  const options = { node: 'w', input: { schema, keys: ['k'] }, schema: resultSchema, allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose', states: new StateSet(), aggregates: [], limits: { ...WINDOW_LIMITS, ...limits } } as const;
  switch (spec.kind) {
    case 'session':
      return new SessionOperator({ ...options, spec });
    case 'counting':
      return new CountingOperator({ ...options, spec });
    case 'sliding':
      return new SlidingOperator({ ...options, spec });
  }
}

function batchOf(rows: readonly Row[], firstAt: number): Batch {
  const dictionary = new Dictionary();
  return {
    schema,
    rowCount: rows.length,
    columns: [{ kind: 'utf8', codes: Int32Array.from(rows, ({ k }) => dictionary.encode(k)), dictionary, validity: null }],
    eventTimeMs: Float64Array.from(rows, ({ t }) => t),
    at: Float64Array.from(rows, (_, row) => firstAt + row)
  };
}

interface Seen {
  readonly results: string[];
  readonly letters: string[];
  /** Bytes of the snapshot after the last row. */
  snapshotBytes: number;
}

/** Runs rows with the watermark 1 ms behind the largest time, in chunks of `chunkRows`; with `restarts` each chunk goes to an operator restored from a snapshot. */
function run(spec: OwnSpec, rows: readonly Row[], limits: Partial<WindowLimits>, chunkRows = rows.length, restarts = false): Seen {
  const seen: Seen = { results: [], letters: [], snapshotBytes: 0 };
  const output: Output = {
    emit: ({ batch }) => {
      const [key, start, end] = batch.columns;
      if (key?.kind !== 'utf8' || start?.kind !== 'timestampMs' || end?.kind !== 'timestampMs') throw new Error('columns of the result');
      for (let row = 0; row < batch.rowCount; row++) seen.results.push(`${key.dictionary.values[key.codes[row]!]!} ${start.values[row]!} ${end.values[row]!} at ${batch.at[row]!}`);
    },
    emitSide: () => undefined,
    deadLetter: ({ at, code }) => seen.letters.push(`${code} ${at}`),
    dropped: () => undefined,
    requestInference: () => undefined
  };
  let operator = operatorOf(spec, limits);
  let maxMs = -Infinity;
  for (let from = 0; from < rows.length; from += chunkRows) {
    const part = rows.slice(from, from + chunkRows);
    const steps = part.flatMap(({ t }, index) => {
      if (t <= maxMs) return [];
      maxMs = t;
      return [{ at: from + index, watermarkMs: t - 1 }];
    });
    const chunk: Chunk = { batch: batchOf(part, from), progress: { count: steps.length, at: Float64Array.from(steps, ({ at }) => at), watermarkMs: Float64Array.from(steps, ({ watermarkMs }) => watermarkMs) } };
    operator.process(chunk, 0, output);
    expect(imbalance(operator.counters)).toBe(0);
    const snapshot = snapshotOf(operator);
    seen.snapshotBytes = snapshot.length;
    if (!restarts) continue;
    const next = operatorOf(spec, limits);
    next.restore(new SnapshotBytesReader(snapshot));
    Object.assign(next.counters, operator.counters);
    operator = next;
  }
  operator.process({ batch: batchOf([], 0), progress: { count: 1, at: Float64Array.of(rows.length), watermarkMs: Float64Array.of(Infinity) } }, 0, output);
  expect(imbalance(operator.counters)).toBe(0);
  expect(operator.counters.rowsInState).toBe(0);
  expect(operator.counters.deadLetters).toBe(seen.letters.length);
  return seen;
}

function snapshotOf(operator: Operator): Uint8Array {
  const writer = new SnapshotBytesWriter();
  operator.snapshot(writer);
  return writer.finish();
}

const ALL = [SESSION, COUNTING, OVERLAPPING, SLIDING, SLIDING_ROWS].map(spec => [JSON.stringify(spec), spec] as const);

describe('windows that are each key\'s own, at their limits', () => {
  const rows = ['a', 'b', 'c', 'a', 'd', 'b'].map(k => ({ t: 0, k }));

  test.each(ALL)('%s refuses rows of further keys, and counts the others', (_, spec) => {
    // After its second row `a` has no open window of two rows, and makes room.
    expect(run(spec, rows, { keysMax: 2 }).letters).toEqual(spec === COUNTING ? ['KEY_LIMIT 2'] : ['KEY_LIMIT 2', 'KEY_LIMIT 4']);
  });

  test.each(ALL.filter(([, { kind }]) => kind !== 'sliding'))('%s refuses rows that would open a further window', (_, spec) => {
    expect(run(spec, ['a', 'b', 'c', 'a', 'd'].map(k => ({ t: 0, k })), { cellsMax: 2 }).letters.slice(0, 1)).toEqual(['WINDOW_LIMIT 2']);
  });

  test('sliding windows refuse rows beyond those that may be held', () => {
    expect(run(SLIDING, rows, { cellsMax: 4 }).letters).toEqual(['WINDOW_LIMIT 4', 'WINDOW_LIMIT 5']);
    const later = [...rows.slice(0, 4), { t: 9, k: 'a' }, { t: 10, k: 'a' }, { t: 11, k: 'b' }];
    expect(run(SLIDING, later, { cellsMax: 4 }).letters).toEqual(['WINDOW_LIMIT 4', 'WINDOW_LIMIT 5']);
  });

  const crowded = Array.from({ length: 3_000 }, (_, index) => ({ t: Math.floor(index / 3) + ((index * 7) % 5), k: `key ${(index * 31) % 17}` }));
  test.each(ALL)('%s refuses the same rows for any cut, and after any restart', (_, spec) => {
    for (const limits of [{ keysMax: 5 }, { cellsMax: 4 }]) {
      const whole = run(spec, crowded, limits);
      expect(whole.letters.length).toBeGreaterThan(0);
      for (const chunkRows of [1, 7, 500]) {
        const cut = run(spec, crowded, limits, chunkRows, chunkRows > 1);
        expect(cut.results).toEqual(whole.results);
        expect(cut.letters).toEqual(whole.letters);
      }
    }
  });
});

describe('keys without state', () => {
  const passing = Array.from({ length: 30_000 }, (_, index) => ({ t: Math.floor(index / 2) * 5, k: `key ${Math.floor(index / 2)}` }));
  const forgetting = ALL.filter(([, spec]) => spec !== OVERLAPPING && spec !== SLIDING_ROWS);

  test.each(forgetting)('are forgotten by %s, the same for any cut', (_, spec) => {
    const whole = run(spec, passing, {});
    expect(whole.letters).toEqual([]);
    expect(whole.results.length).toBe(spec.kind === 'sliding' ? 30_000 : 15_000);
    expect(whole.snapshotBytes).toBeLessThan(300_000);
    const cut = run(spec, passing, {}, 4_999, true);
    expect(cut.results).toEqual(whole.results);
    expect(cut.snapshotBytes).toBe(whole.snapshotBytes);
  });
});
