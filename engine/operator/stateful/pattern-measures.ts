import type { AnyColumnBuilder } from '../../codec/column-builder';
import { Int64Builder, NumberBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { PatternMeasure, PatternVariable } from '../../plan/nodes/pattern';
import { meanOf } from '../../signal/mean';
import type { HeldRows } from './held-rows';
import { numberIn } from './number-slots';
import type { Taken } from './pattern-attempt';
import type { PatternRows } from './pattern-rows';

/** Writes the measures of matches. */
export class PatternMeasures {
  private readonly variables: readonly number[];
  /** Place of the column of each measure in the held row; -1 without one. */
  private readonly places: readonly number[];

  constructor(
    private readonly measures: readonly PatternMeasure[],
    sequence: readonly PatternVariable[],
    held: PatternRows
  ) {
    this.variables = measures.map(({ of }) => sequence.findIndex(({ name }) => name === of));
    this.places = measures.map(measure => ('column' in measure ? held.placeOf(measure.column) : -1));
  }

  /** Appends one value per measure of the match that ends with `last`. */
  append(last: Taken, rows: HeldRows, into: readonly AnyColumnBuilder[]): void {
    const slots = new Map<number, number[]>();
    for (let at: Taken | null = last; at !== null; at = at.before) {
      const known = slots.get(at.variable);
      if (known === undefined) slots.set(at.variable, [at.slot]);
      else known.push(at.slot);
    }
    for (const list of slots.values()) list.reverse();
    this.measures.forEach((measure, index) => this.appendOne(measure, slots.get(this.variables[index]!) ?? [], this.places[index]!, rows, into[index]!));
  }

  private appendOne({ fn }: PatternMeasure, slots: readonly number[], place: number, rows: HeldRows, into: AnyColumnBuilder): void {
    if (fn === 'count') {
      assert(into instanceof Int64Builder, 'a count is int64');
      into.appendNumber(slots.length);
      return;
    }
    const values = rows.columns[place]!;
    if (fn === 'first' || fn === 'last') {
      const slot = fn === 'first' ? slots[0] : slots.at(-1);
      if (slot === undefined) into.appendNull();
      else values.append(slot, into);
      return;
    }
    assert(into instanceof NumberBuilder, 'a statistic is a number');
    const present = Float64Array.from(slots.filter(slot => values.has(slot)), slot => numberIn(values, slot));
    if (present.length === 0) into.appendNull();
    else into.append(fn === 'mean' ? meanOf(present) : extreme(present, fn));
  }
}

function extreme(values: Float64Array, fn: 'min' | 'max'): number {
  return values.reduce((a, b) => (fn === 'min' ? Math.min(a, b) : Math.max(a, b)));
}
