import type { AggregateState, RowCount } from './aggregate';
import type { NumberBlock, RowBlock } from './block';
import { CompensatedSum } from './compensated-sum';
import { NumberExtreme } from './extreme';

/** Adds one block to some states. */
export type Adder = (block: RowBlock) => void;

/** States of one column that a single loop can fill: one pass over memory instead of four. */
interface Summary {
  readonly numbers: NumberBlock;
  readonly sum: CompensatedSum;
  readonly least: NumberExtreme;
  readonly greatest: NumberExtreme;
}

/** What adds a block to all of `states`; the first is the count of rows. The result is that of adding to each in turn. */
export function addersOf(rows: RowCount, states: readonly AggregateState[]): readonly Adder[] {
  const summary = findSummary(states);
  if (summary === null) return states.map(state => block => state.add(block));
  const { sum, least, greatest } = summary;
  const others = states.filter(state => state !== rows && state !== sum && state !== least && state !== greatest);
  return [block => addSummary(summary, rows, block), ...others.map(state => (block: RowBlock) => state.add(block))];
}

function findSummary(states: readonly AggregateState[]): Summary | null {
  for (const sum of states) {
    if (!(sum instanceof CompensatedSum) || sum.constructor !== CompensatedSum) continue;
    const extremes = states.filter((state): state is NumberExtreme => state instanceof NumberExtreme && state.numbers === sum.numbers);
    const least = extremes.find(state => state.direction === 'min');
    const greatest = extremes.find(state => state.direction === 'max');
    if (least !== undefined && greatest !== undefined) return { numbers: sum.numbers, sum, least, greatest };
  }
  return null;
}

function addSummary({ numbers, sum, least, greatest }: Summary, rows: RowCount, block: RowBlock): void {
  if (numbers.cells !== block.cells) {
    rows.add(block);
    sum.add();
    least.add();
    greatest.add();
    return;
  }
  addAll(numbers.cells, numbers.values, numbers.from, numbers.count, rows.counts, sum.sums, sum.errors, least.values, greatest.values);
}

function addAll(
  cells: Int32Array,
  values: Float64Array,
  from: number,
  count: number,
  counts: Float64Array,
  sums: Float64Array,
  errors: Float64Array,
  leasts: Float64Array,
  greatests: Float64Array
): void {
  for (let i = 0; i < count; i++) {
    const cell = cells[i]!;
    const value = values[from + i]!;
    const sum = sums[cell]!;
    const total = sum + value;
    const added = total - sum;
    errors[cell]! += sum - (total - added) + (value - added);
    sums[cell] = total;
    counts[cell]! += 1;
    if (value < leasts[cell]! || value !== value) leasts[cell] = value;
    if (value > greatests[cell]! || value !== value) greatests[cell] = value;
  }
}
