import { ListBuilder } from '../codec/column-builder';
import { assert } from '../error';
import type { AggregateInput, AggregateSpec } from './aggregate';
import type { Keeps } from './collected-values';
import { CollectedValues } from './collected-values';
import { AGGREGATE_LIMITS } from './limits';
import { numericValueType } from './numeric-input';
import { choiceOption, numberOption } from './options';

const DEFAULT_LIMIT = 4096;
const BEYOND = { deadLetter: 'none', keepFirst: 'first', keepLast: 'last' } as const satisfies Readonly<Record<string, Keeps>>;

/** The values as a list. */
export const collect: AggregateSpec = {
  fn: 'collect',
  doc: `The values that are not null as one list<float64> in order of arrival (of lists, their elements one after the other); null when there are none, int64 is read as the nearest double. Beyond \`limit\` values the window goes to the dead letters (COLLECT_LIMIT), or keeps the first or the last. Holds at most ${AGGREGATE_LIMITS.heldNumbersMax} numbers in all, three per value; rows beyond go to the dead letters (VALUE_LIMIT).`,
  column: 'required',
  options: [
    { name: 'limit', type: 'number', default: DEFAULT_LIMIT, doc: `Most values of a list, up to ${AGGREGATE_LIMITS.collectValuesMax}.` },
    { name: 'beyond', type: "'deadLetter' | 'keepFirst' | 'keepLast'", default: 'deadLetter', doc: 'What happens to a window with more values: no result but a dead letter, or a list of the first or the last of them.' }
  ],
  resolve(input) {
    numericValueType('collect', input);
    limitOf(input);
    beyondOf(input);
    return { type: { list: 'float64' }, nullable: true };
  },
  create(input, states) {
    const limit = limitOf(input);
    const keeps = beyondOf(input);
    const numbers = states.numbers(input.columnIndex);
    const collected = states.use(`collected:${input.columnIndex}:${limit}:${keeps}`, () => new CollectedValues({ numbers, arrival: states.arrival(), columnIndex: input.columnIndex, limit, keeps }));
    return {
      read(cells, count, into) {
        assert(into instanceof ListBuilder, 'collected values are a list');
        for (let i = 0; i < count; i++) {
          const list = collected.list(cells[i]!);
          if (list === null) {
            into.appendNull();
            continue;
          }
          into.appendRun(list, list.length);
          into.endList();
        }
      },
      fault(cell) {
        const seen = collected.count(cell);
        if (keeps !== 'none' || seen <= limit) return null;
        return { code: 'COLLECT_LIMIT', message: `collect("${input.field!.name}"): the window has ${seen} values, more than its limit of ${limit}. Raise { limit } up to ${AGGREGATE_LIMITS.collectValuesMax}, use smaller windows, or say { beyond: 'keepFirst' }.` };
      }
    };
  }
};

function limitOf(input: AggregateInput): number {
  return numberOption('collect', input, { name: 'limit', default: DEFAULT_LIMIT, min: 1, max: AGGREGATE_LIMITS.collectValuesMax, whole: true, advice: `Leave it out for ${DEFAULT_LIMIT}.` });
}

function beyondOf(input: AggregateInput): Keeps {
  return BEYOND[choiceOption('collect', input, 'beyond', ['deadLetter', 'keepFirst', 'keepLast'])];
}
