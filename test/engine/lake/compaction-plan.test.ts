import { describe, expect, it } from 'vitest';
import { planCompaction } from '../../../engine/lake/compaction-plan';
import type { DeltaFile } from '../../../engine/lake/delta-entry';

const file = (path: string, bytes: number, day: string | null = null, rows = 10): DeltaFile => ({ path, bytes, rows, partition: { day }, min: {}, max: {}, stats: null, modifiedMs: 0, dataChange: true, tags: {} });
const files = (count: number, bytes: number, day: string | null = null, rows = 10): DeltaFile[] => Array.from({ length: count }, (_none, index) => file(`${day}-${index}`, bytes, day, rows));
const sizes = (all: readonly DeltaFile[], options = {}): number[][] => planCompaction(all, options).map(group => group.inputs.map(input => input.bytes));

describe('the plan of a compaction', () => {
  it('leaves large files and few files alone', () => {
    expect(planCompaction(files(4, 1_000))).toEqual([]);
    expect(planCompaction(files(9, 48_000_000))).toEqual([]);
    expect(sizes([...files(5, 1_000), ...files(3, 60_000_000)])).toEqual([[1_000, 1_000, 1_000, 1_000, 1_000]]);
  });

  it('never mixes partitions, null among them', () => {
    const groups = planCompaction([...files(5, 10, 'a'), ...files(6, 10), ...files(4, 10, 'b')]);
    expect(groups.map(group => [group.partition, group.inputs.length, group.bytes])).toEqual([[{ day: 'a' }, 5, 50], [{ day: null }, 6, 60]]);
  });

  it('exceeds neither the target size nor the number of rows', () => {
    expect(sizes(files(12, 20), { targetBytes: 100 })).toEqual([[20, 20, 20, 20, 20], [20, 20, 20, 20, 20]]);
    expect(sizes(files(12, 20, null, 30), { targetBytes: 1_000, rowsMax: 180 })).toEqual([[20, 20, 20, 20, 20, 20], [20, 20, 20, 20, 20, 20]]);
  });
});
