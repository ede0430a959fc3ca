import { describe, expect, test } from 'vitest';
import { StateSet } from '../../../engine/aggregate/aggregate';
import { SignalBuffer } from '../../../engine/aggregate/signal-buffer';
import type { Batch } from '../../../engine/batch/batch';
import { Dictionary } from '../../../engine/batch/batch';
import { imbalance } from '../../../engine/operator/counters';
import type { Chunk, DeadLetter, Output } from '../../../engine/operator/operator';
import { AlignedWindowOperator } from '../../../engine/window/aligned-window-operator';
import { assignerOf } from '../../../engine/window/assigner';
import type { WindowLimits } from '../../../engine/window/limits';
import { WINDOW_LIMITS } from '../../../engine/window/limits';

const schema = {
  fields: [
    { name: 'k', type: 'utf8', nullable: false },
    { name: 'x', type: { list: 'float64' }, nullable: false }
  ]
} as const;
const resultSchema = { fields: [schema.fields[0], ...['windowStartMs', 'windowEndMs'].map(name => ({ name, type: 'timestampMs', nullable: false }) as const)] };

interface Row {
  readonly t: number;
  readonly k: string;
  readonly x?: readonly number[];
}

function batchOf(rows: readonly Row[], firstAt: number): Batch {
  const dictionary = new Dictionary();
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ x = [] }, row) => (offsets[row + 1] = offsets[row]! + x.length));
  return {
    schema,
    rowCount: rows.length,
    columns: [
      { kind: 'utf8', codes: Int32Array.from(rows, ({ k }) => dictionary.encode(k)), dictionary, validity: null },
      { kind: 'list', offsets, values: Float64Array.from(rows.flatMap(({ x = [] }) => x)), validity: null }
    ],
    eventTimeMs: Float64Array.from(rows, ({ t }) => t),
    at: Float64Array.from(rows, (_, row) => firstAt + row)
  };
}

/** Runs `rows` through windows of 10 ms with the watermark at the end; what came out and what did not. */
function run(rows: readonly Row[], limits: Partial<WindowLimits>, states = new StateSet()): { counts: number; letters: string[] } {
  const operator = new AlignedWindowOperator({
    node: 'w',
    input: { schema, keys: ['k'] },
    schema: resultSchema,
    assigner: assignerOf({ kind: 'tumbling', sizeMs: 10, offsetMs: 0 }),
    aggregated: [],
    allowedLatenessMs: 0,
    latePolicy: 'drop',
    emit: 'onClose',
    states,
    aggregates: [],
    limits: { ...WINDOW_LIMITS, ...limits }
  });
  const letters: DeadLetter[] = [];
  const chunks: Chunk[] = [];
  const output: Output = { emit: chunk => chunks.push(chunk), emitSide: () => undefined, deadLetter: letter => letters.push(letter), dropped: () => undefined, requestInference: () => undefined };
  operator.process({ batch: batchOf(rows, 0), progress: { count: 1, at: Float64Array.of(rows.length), watermarkMs: Float64Array.of(Infinity) } }, 0, output);
  expect(imbalance(operator.counters)).toBe(0);
  expect(operator.counters.rowsInState).toBe(0);
  expect(operator.counters.deadLetters).toBe(letters.length);
  return { counts: operator.counters.rowsReleased, letters: letters.map(({ at, code }) => `${code} ${at}`) };
}

describe('a window operator at its limits', () => {
  const rows: Row[] = ['a', 'b', 'c', 'a', 'd', 'b'].map((k, index) => ({ t: index, k }));

  test('refuses rows of further keys, and counts the others', () => {
    expect(run(rows, { keysMax: 2 })).toEqual({ counts: 4, letters: ['KEY_LIMIT 2', 'KEY_LIMIT 4'] });
  });

  test('refuses rows that would open a further key-window', () => {
    expect(run(rows, { cellsMax: 2 })).toEqual({ counts: 4, letters: ['WINDOW_LIMIT 2', 'WINDOW_LIMIT 4'] });
  });

  test('refuses rows whose samples exceed what a window, or all of them, may keep', () => {
    const x = [1, 2, 3];
    const signals = ['a', 'a', 'a', 'b', 'b', 'c'].map((k, index) => ({ t: index, k, x }));
    const states = new StateSet();
    states.use('signal', () => new SignalBuffer(1, states.arrival(), { cellSamplesMax: 6, numbersMax: 28 }));
    expect(run(signals, {}, states)).toEqual({ counts: 4, letters: ['SAMPLE_LIMIT 2', 'SAMPLE_LIMIT 5'] });
  });

  test('takes more keys than fit its first layout', () => {
    const many = Array.from({ length: 9_000 }, (_, index) => ({ t: index % 40, k: `key ${index % 3_000}` })).sort((a, b) => a.t - b.t);
    expect(run(many, {})).toEqual({ counts: 9_000, letters: [] });
  });
});
