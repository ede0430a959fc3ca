import type { AggregateState, StateSet } from './aggregate';
import type { NumberBlock, RowBlock } from './block';
import { CompensatedSum, addCompensated } from './compensated-sum';
import { lower, NumberExtreme, raise } from './extreme';

/** Adds one block to some states. */
export type Adder = (block: RowBlock) => void;

/** States of one column that a single loop can fill: one pass over the rows instead of four. */
interface Summary {
  readonly numbers: NumberBlock;
  readonly sum: CompensatedSum;
  readonly least: NumberExtreme;
  readonly greatest: NumberExtreme;
}

/** What adds a block to all of `set`'s states; the result is that of adding to each in turn. */
export function addersOf(set: StateSet): readonly Adder[] {
  const summary = findSummary(set.all);
  if (summary === null) return set.all.map(state => block => state.add(block));
  const fused: readonly AggregateState[] = [set.rows, summary.sum, summary.least, summary.greatest];
  const others = set.all.filter(state => !fused.includes(state));
  return [block => addSummary(set, summary, block), ...others.map(state => (block: RowBlock) => state.add(block))];
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

function addSummary({ bank, rows }: StateSet, { numbers, sum, least, greatest }: Summary, block: RowBlock): void {
  if (numbers.cells !== block.cells) {
    rows.add(block);
    sum.add();
    least.add();
    greatest.add();
    return;
  }
  addRows(numbers, { bank: bank.values, width: bank.width, rowsAt: rows.offset, sumAt: sum.offset, leastAt: least.offset, greatestAt: greatest.offset });
}

interface SummaryLayout {
  readonly bank: Float64Array;
  readonly width: number;
  readonly rowsAt: number;
  readonly sumAt: number;
  readonly leastAt: number;
  readonly greatestAt: number;
}

/** Four rows per turn: V8 looks at length and address of every array again in each turn, which costs as much as the row itself. */
function addRows({ cells, values, from, count }: NumberBlock, { bank, width, rowsAt, sumAt, leastAt, greatestAt }: SummaryLayout): void {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const row = from + i;
    addRow(bank, cells[i]! * width, values[row]!, rowsAt, sumAt, leastAt, greatestAt);
    addRow(bank, cells[i + 1]! * width, values[row + 1]!, rowsAt, sumAt, leastAt, greatestAt);
    addRow(bank, cells[i + 2]! * width, values[row + 2]!, rowsAt, sumAt, leastAt, greatestAt);
    addRow(bank, cells[i + 3]! * width, values[row + 3]!, rowsAt, sumAt, leastAt, greatestAt);
  }
  for (let i = unrolled; i < count; i++) addRow(bank, cells[i]! * width, values[from + i]!, rowsAt, sumAt, leastAt, greatestAt);
}

function addRow(bank: Float64Array, record: number, value: number, rowsAt: number, sumAt: number, leastAt: number, greatestAt: number): void {
  bank[record + rowsAt]! += 1;
  addCompensated(bank, record + sumAt, value);
  lower(bank, record + leastAt, value);
  raise(bank, record + greatestAt, value);
}
