import { assert, PlanError } from '../error';
import { isList, typeName } from '../schema/schema';
import type { AggregateInput, StateSet } from './aggregate';
import { PairMoments } from './bivariate';
import { numericValueType } from './numeric-input';
import { PairBlock, sameLengths } from './pair-block';

/** Checks that both columns of `fn` hold numbers, or both hold lists of numbers. */
export function checkPair(fn: string, input: AggregateInput): void {
  const { field, other } = input;
  assert(field !== null && other !== undefined, `${fn} has two columns`);
  numericValueType(fn, input);
  numericValueType(fn, { ...input, ...other });
  if (isList(field.type) === isList(other.field.type)) return;
  throw new PlanError('AGGREGATE_TYPE', `${fn}("${field.name}", "${other.field.name}"): the columns are ${typeName(field.type)} and ${typeName(other.field.type)}; expected two of numbers or two of lists. Choose another column.`, {
    details: { path: input.path, column: other.field.name, type: typeName(other.field.type) }
  });
}

/** The moments of the pairs of `input`'s two columns. */
export function pairMomentsOf(fn: string, input: AggregateInput, states: StateSet): PairMoments {
  const { field, columnIndex, other } = input;
  assert(field !== null && other !== undefined, `${fn} has two columns`);
  const key = `pairs:${columnIndex}:${other.columnIndex}`;
  const pairs = states.block(key, () => new PairBlock(columnIndex, other.columnIndex));
  const bound = isList(field.type) ? sameLengths(fn, columnIndex, other.columnIndex) : null;
  return states.use(key, () => new PairMoments(states.bank, pairs, bound));
}
