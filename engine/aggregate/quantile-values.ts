import type { AggregateInput, AggregateState, StateBound, StateSet } from './aggregate';
import type { NumberBlock } from './block';
import { DISCARD_CELL } from './block';
import { HeldValues } from './held-values';
import { AGGREGATE_LIMITS } from './limits';
import { numericValueType } from './numeric-input';
import { ObjectCells } from './object-cells';
import { numberOption } from './options';
import type { QuantileMethod } from '../signal/quantile-method';
import { LEVEL_VALUES, QuantileSketch, sketchSize } from './quantile-sketch';

/** The option of median and quantile. */
export const EXACT_VALUES = { name: 'exactValuesMax', type: 'number', default: AGGREGATE_LIMITS.exactQuantileValues, doc: 'Values per window and key that are all kept, for an exact result; beyond it a sketch is kept.' } as const;

/** Described by median and quantile alike. */
export const QUANTILE_ALGORITHM = `Exact up to exactValuesMax values per window and key; beyond, a mergeable deterministic sketch (Manku, Rajagopalan, Lindsay) whose rank error is at most 0.5 % of the values, with exact ends. Nulls are skipped, NaN propagates, int64 is read as the nearest double. Holds at most ${AGGREGATE_LIMITS.heldNumbersMax} values in all; rows beyond go to the dead letters (VALUE_LIMIT).`;

/** The values of each cell for median and quantile. */
export class QuantileValues implements AggregateState {
  readonly store: ObjectCells<QuantileSketch>;
  readonly bound: StateBound;
  private readonly held: HeldValues;

  constructor(
    private readonly numbers: NumberBlock,
    columnIndex: number,
    exactMax: number
  ) {
    this.store = new ObjectCells(
      () => new QuantileSketch(exactMax),
      by => this.held.change(by)
    );
    this.held = new HeldValues({ columnIndex, chargeOf: count => sketchSize(count, exactMax), cells: this.store });
    this.bound = this.held.bound;
  }

  quantile(cell: number, q: number, method: QuantileMethod): number | null {
    return this.store.find(cell)?.quantile(q, method) ?? null;
  }

  add(): void {
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      if (cell === DISCARD_CELL) continue;
      const sketch = this.store.at(cell);
      const before = sketch.size;
      sketch.add(values[from + i]!);
      this.held.change(sketch.size - before);
    }
    this.held.settle();
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    const sketch = this.store.at(into);
    const before = sketch.size;
    sketch.merge(source);
    this.held.change(sketch.size - before);
  }
}

/** Checks the column and the number of exact values of `fn`. */
export function checkQuantile(fn: string, input: AggregateInput): void {
  numericValueType(fn, input);
  exactMaxOf(fn, input);
}

/** The values behind `fn`. */
export function quantileValuesOf(fn: string, input: AggregateInput, states: StateSet): QuantileValues {
  const numbers = states.numbers(input.columnIndex);
  const exactMax = exactMaxOf(fn, input);
  return states.use(`quantiles:${input.columnIndex}:${exactMax}`, () => new QuantileValues(numbers, input.columnIndex, exactMax));
}

function exactMaxOf(fn: string, input: AggregateInput): number {
  return numberOption(fn, input, { name: 'exactValuesMax', default: AGGREGATE_LIMITS.exactQuantileValues, min: LEVEL_VALUES, max: AGGREGATE_LIMITS.exactValuesMax, whole: true, advice: `Leave it out for ${AGGREGATE_LIMITS.exactQuantileValues}.` });
}
