import { PlanError } from '../error';
import type { AggregateInput } from './aggregate';

export interface NumberOption {
  readonly name: string;
  readonly default?: number;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** What to write, for the error. */
  readonly advice: string;
}

/** The option of `input`'s aggregate `fn`, or its default; PlanError `AGGREGATE_OPTION` when it is not such a number. */
export function numberOption(fn: string, input: AggregateInput, option: NumberOption): number {
  const value = input.options[option.name] ?? option.default;
  if (typeof value === 'number' && value >= option.min && value <= option.max && (!option.whole || Number.isSafeInteger(value))) return value;
  throw refusedOption(fn, input, option.name, `${option.whole ? 'a whole number' : 'a number'} from ${option.min} to ${option.max}`, option.advice);
}

/** The option of `input`'s aggregate `fn`, or the first of `allowed`. */
export function choiceOption<T extends string>(fn: string, input: AggregateInput, name: string, allowed: readonly [T, ...T[]]): T {
  const value = input.options[name] ?? allowed[0];
  const found = allowed.find(each => each === value);
  if (found !== undefined) return found;
  throw refusedOption(fn, input, name, `one of ${allowed.map(each => `"${each}"`).join(', ')}`, `Leave it out for "${allowed[0]}".`);
}

/** The option of `input`'s aggregate `fn`, true or false, or its default. */
export function booleanOption(fn: string, input: AggregateInput, name: string, byDefault: boolean): boolean {
  const value = input.options[name] ?? byDefault;
  if (typeof value === 'boolean') return value;
  throw refusedOption(fn, input, name, 'true or false', `Leave it out for ${byDefault}.`);
}

function refusedOption(fn: string, input: AggregateInput, name: string, expected: string, advice: string): PlanError {
  const value = input.options[name];
  return new PlanError('AGGREGATE_OPTION', `${fn} at ${input.path}: ${name} is ${value === undefined ? 'missing' : JSON.stringify(value)}, expected ${expected}. ${advice}`, { details: { path: input.path, option: name } });
}
