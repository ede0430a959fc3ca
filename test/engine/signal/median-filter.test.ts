import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianFilter } from '../../../engine/signal/median-filter';
import { SortOrder } from '../../../engine/signal/sort-order';

/** The definition: sort every window. NaN is the greatest value, as `sort` has it. */
function bySorting(x: Float64Array, kernelSize: number): Float64Array {
  const half = (kernelSize - 1) / 2;
  return x.map((_, i) => Float64Array.from({ length: kernelSize }, (_ignored, k) => x[i - half + k] ?? 0).sort()[half]!);
}

/** Sums of noise, of many sizes and with many equal values, as sensors give them. */
const samples = fc.oneof(
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 300 }),
  fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 300 }),
  fc.array(fc.double({ min: 1e9, max: 1e9 + 1, noNaN: true }), { maxLength: 300 }),
  fc.array(fc.double(), { maxLength: 300 })
);
const withoutSignOfZero = (x: Float64Array): number[] => Array.from(x, value => (value === 0 ? 0 : value));

describe('medianFilter', () => {
  it('gives the middle of every sorted window', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 40 }), (values, half) => {
        const x = Float64Array.from(values);
        expect(withoutSignOfZero(medianFilter(x, 2 * half + 1))).toEqual(withoutSignOfZero(bySorting(x, 2 * half + 1)));
      })
    );
  });

  it('gives the same over many chunks of ranks as over one', () => {
    const x = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i * i) + (i % 97 === 0 ? 1000 : 0));
    for (const kernelSize of [1, 3, 51, 777]) expect(medianFilter(x, kernelSize)).toEqual(bySorting(x, kernelSize));
  });

  it('leaves the signal as it is', () => {
    const x = Float64Array.of(3, 1, 2);
    medianFilter(x, 3);
    expect(x).toEqual(Float64Array.of(3, 1, 2));
  });
});

describe('SortOrder', () => {
  it('orders any doubles, equal ones as they came, NaN last', () => {
    fc.assert(
      fc.property(samples, values => {
        const x = Float64Array.from(values);
        const order = new SortOrder(300).sort(x, 0, x.length).slice(0, x.length);
        expect([...order].sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
        expect(withoutSignOfZero(Float64Array.from(order, i => x[i]!))).toEqual(withoutSignOfZero(x.slice().sort()));
      })
    );
  });
});
