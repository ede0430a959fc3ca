import { columnName } from '../column-names';
import { nameForm } from '../forms';
import { ObjectReader } from '../json-reader';
import { PLAN_LIMITS } from '../limits';

const OPTIONS_MAX = 32;
const OPTION_TEXT_LENGTH_MAX = 256;

export type AggregateOptions = Readonly<Record<string, number | string | boolean | null>>;

/** One aggregate of a Plan: a function over the values of a column, and the name of its result column. */
export interface AggregateUse {
  readonly name: string;
  readonly fn: string;
  readonly column?: string;
  /** The second column of those that take two, e.g. covariance. */
  readonly otherColumn?: string;
  readonly options?: AggregateOptions;
}

/** The shape of an aggregate from untrusted JSON; whether function, columns and options fit is checked by the aggregate's spec. */
export function parseAggregateUse(json: unknown, path: string): AggregateUse {
  const reader = new ObjectReader(json, path);
  const aggregate: AggregateUse = {
    name: columnName(reader, 'name'),
    fn: reader.text('fn', PLAN_LIMITS.nameLengthMax, nameForm),
    ...(reader.has('column') ? { column: columnName(reader, 'column') } : {}),
    ...(reader.has('otherColumn') ? { otherColumn: columnName(reader, 'otherColumn') } : {}),
    ...(reader.has('options') ? { options: reader.entries('options', 0, OPTIONS_MAX, parseOption) } : {})
  };
  reader.end();
  return aggregate;
}

function parseOption(reader: ObjectReader, key: string): number | string | boolean | null {
  const value = reader.raw(key);
  if (value === null || typeof value === 'boolean') return value;
  return typeof value === 'number' ? reader.number(key, -Number.MAX_VALUE, Number.MAX_VALUE) : reader.text(key, OPTION_TEXT_LENGTH_MAX);
}
