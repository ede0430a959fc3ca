import type { Aggregate } from './aggregates';
import { given } from './given';

/** `aggregates` by name as a Plan has them; `subject` is the step they are given to. */
export function aggregatesJson(aggregates: Readonly<Record<string, Aggregate<string>>>, subject: string): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(aggregates).map(([name, aggregate]) => {
    const { fn, column } = given(aggregate, `${subject}.${name}`, "an aggregate, e.g. mean('x')");
    return { name, fn, ...(column === undefined ? {} : { column }), ...('otherColumn' in aggregate ? { otherColumn: aggregate.otherColumn } : {}), ...('options' in aggregate ? { options: aggregate.options } : {}) };
  });
}
