import { describe, expect, test } from 'vitest';
import type { AggregateState } from '../../../engine/aggregate/aggregate';
import { StateSet } from '../../../engine/aggregate/aggregate';
import type { RowBlock } from '../../../engine/aggregate/block';
import { valuesOf } from '../../../engine/aggregate/cell-values';
import { HeldValues } from '../../../engine/aggregate/held-values';
import { ValueFrequencies } from '../../../engine/aggregate/value-frequencies';
import { AggregateRun, batchOf, columnOf } from './run-aggregate';

/** Cells of the rows that a bound lets in, as an operator would ask it. */
function admitted(bound: NonNullable<AggregateState['bound']>, block: RowBlock): readonly number[] {
  const rows: number[] = [];
  for (let index = 0; index < block.count; index++) {
    if (!bound.admits(block, index)) continue;
    bound.reserve(block, index);
    rows.push(index);
  }
  return rows;
}

describe('limits of aggregates', () => {
  test('an aggregate holds no more values than its limit, and says how many a row brings', () => {
    const held = new HeldValues({ columnIndex: 0, chargeOf: count => count, cells: { find: () => undefined, at: () => ({ valueCount: 0, reserved: 0 }) }, heldMax: 5 });
    const batch = batchOf([columnOf({ list: 'float64' }, [[1, 2], null, [3, 4, 5, 6], [7], [8, 9], [], [10]])], 7);
    const block = { batch, from: 0, count: 7, cells: new Int32Array(7).fill(1) };
    expect(admitted(held.bound, block)).toEqual([0, 1, 3, 4, 5]);
    held.change(5);
    held.settle();
    expect(admitted(held.bound, block)).toEqual([1, 5]);
    held.change(-4);
    expect(admitted(held.bound, block)).toEqual([0, 1, 3, 5, 6]);
  });

  test('mode refuses a new value beyond its limit, and takes known ones', () => {
    const states = new StateSet();
    const input = { name: 'm', field: { name: 'x', type: 'int32', nullable: true } as const, columnIndex: 0, options: {}, path: 'test' };
    const frequencies = states.use('f', () => new ValueFrequencies(valuesOf(input, states), 0, 3));
    const batch = batchOf([columnOf('int32', [1, 2, 2, 3, 4, 2, null])], 7);
    const first = { batch, from: 0, count: 3, cells: new Int32Array(3).fill(1) };
    expect(admitted(frequencies.bound, first)).toEqual([0, 1, 2]);
    for (const column of states.blockColumns) column.prepare(first);
    frequencies.add();
    const second = { batch, from: 3, count: 4, cells: new Int32Array(4).fill(1) };
    expect(admitted(frequencies.bound, second)).toEqual([0, 2, 3]);
    expect(frequencies.bound.code).toBe('VALUE_LIMIT');
  });

  test('which rows are refused does not depend on how blocks are cut', () => {
    const rows = Array.from({ length: 40 }, (_, row) => (row * 7) % 11);
    const batch = batchOf([columnOf('int32', rows)], rows.length);
    const refusedWith = (cut: number): readonly number[] => {
      const states = new StateSet();
      const input = { name: 'm', field: { name: 'x', type: 'int32', nullable: false } as const, columnIndex: 0, options: {}, path: 'test' };
      const frequencies = states.use('f', () => new ValueFrequencies(valuesOf(input, states), 0, 5));
      const refused: number[] = [];
      for (let from = 0; from < rows.length; from += cut) {
        const block = { batch, from, count: Math.min(cut, rows.length - from), cells: new Int32Array(cut).fill(1) };
        const taken = admitted(frequencies.bound, block);
        for (let index = 0; index < block.count; index++) if (!taken.includes(index)) refused.push(from + index);
        const cells = block.cells.map((cell, index) => (taken.includes(index) ? cell : 0));
        for (const column of states.blockColumns) column.prepare({ ...block, cells });
        frequencies.add();
      }
      return refused;
    };
    expect(refusedWith(40).length).toBeGreaterThan(10);
    for (const cut of [1, 3, 7, 16]) expect(refusedWith(cut)).toEqual(refusedWith(40));
  });

  test('countDistinct estimates instead of refusing a long list', () => {
    const run = new AggregateRun({ fn: 'countDistinct', options: { exactValuesMax: 10 }, types: [{ list: 'float64' }] });
    const batch = batchOf([columnOf({ list: 'float64' }, [Array.from({ length: 100 }, (_, value) => value)])], 1);
    const { bound } = run.all.find(state => state.bound !== undefined)!;
    expect(admitted(bound!, { batch, from: 0, count: 1, cells: Int32Array.of(1) })).toEqual([0]);
    run.add(batch, 0, 1, 1);
    expect(Math.abs(Number(run.read(1)) - 100)).toBeLessThan(5);
  });

  test('covariance refuses rows whose lists have different lengths', () => {
    const list = { list: 'float64' } as const;
    const run = new AggregateRun({ fn: 'covariance', types: [list, list] });
    const batch = batchOf([columnOf(list, [[1, 2, 3], [1], null, [4, 5]]), columnOf(list, [[2, 4, 6], [1, 2], [1], [8, 10]])], 4);
    const bound = run.all.find(state => state.bound !== undefined)!.bound!;
    expect(bound.code).toBe('LIST_LENGTH');
    expect(admitted(bound, { batch, from: 0, count: 4, cells: new Int32Array(4).fill(1) })).toEqual([0, 2, 3]);
    run.add(batch, 0, 4, Int32Array.of(1, 0, 1, 1));
    expect(run.read(1)).toBe(5);
  });

  test.each([
    ['deadLetter', 'fault'],
    ['keepFirst', [1, 2, 3]],
    ['keepLast', [5, 6, 7]]
  ] as const)('collect beyond its limit: %s', (beyond, wanted) => {
    const use = { fn: 'collect', options: { limit: 3, beyond }, types: ['int32'] } as const;
    const batch = batchOf([columnOf('int32', [1, 2, 3, 4, 5, 6, 7])], 7);
    const whole = new AggregateRun(use);
    whole.add(batch, 0, 7, 1);
    expect(whole.read(1)).toEqual(wanted);
    const dealt = new AggregateRun(use);
    dealt.add(batch, 0, 7, Int32Array.of(1, 2, 2, 1, 1, 2, 1));
    dealt.merge(2, 1);
    expect(dealt.read(2)).toEqual(wanted);
  });

  test('collect keeps a list of exactly its limit', () => {
    const run = new AggregateRun({ fn: 'collect', options: { limit: 3 }, types: ['int32'] });
    run.add(batchOf([columnOf('int32', [1, null, 2, 3])], 4), 0, 4, 1);
    expect(run.read(1)).toEqual([1, 2, 3]);
  });
});
