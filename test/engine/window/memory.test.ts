import { describe, expect, test } from 'vitest';
import { StateSet } from '../../../engine/aggregate/aggregate';
import { aggregateInputs } from '../../../engine/aggregate/aggregate-inputs';
import type { Schema } from '../../../engine/schema/schema';
import { CellPool } from '../../../engine/window/cell-pool';
import { WINDOW_LIMITS } from '../../../engine/window/limits';
import { OpenWindows } from '../../../engine/window/open-windows';

const BYTES_MAX = 120;
const schema: Schema = { fields: [{ name: 'x', type: 'float64', nullable: false }] };
const five = [
  { name: 'n', fn: 'count' },
  ...['sum', 'mean', 'min', 'max'].map(fn => ({ name: fn, fn, column: 'x' }))
];

/** Bytes per open key-window, everything counted but the texts of the keys: records, lists, index. */
function bytesPerCell(windowCount: number, keyCount: number): number {
  const states = new StateSet();
  for (const { spec, input } of aggregateInputs(five, schema, 'test')) spec.create(input, states);
  const pool = new CellPool(states.stores, WINDOW_LIMITS.cellsMax);
  const open = new OpenWindows(pool);
  for (let window = 0; window < windowCount; window++) open.open(window, window + 1);
  open.reserveKeys(keyCount);
  for (const window of open.inOrder) for (let key = 0; key < keyCount; key++) open.cell(window, key);
  return (states.bank.values.byteLength + pool.byteSize + open.byteSize) / pool.size;
}

describe('the memory of an open key-window with five aggregates', () => {
  const sizes = [1_000, 1_025, 4_097, 20_000, 65_537, 100_000, 131_073, 300_000];

  test.each([1, 2, 3, 10])(`is at most ${BYTES_MAX} bytes, with every key in %i windows`, windowCount => {
    for (const keyCount of sizes.filter(count => count * windowCount <= 600_000)) expect(bytesPerCell(windowCount, keyCount), `${keyCount} keys`).toBeLessThanOrEqual(BYTES_MAX);
  });
});
