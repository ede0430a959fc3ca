import { PlanError } from '../error';

/**
 * `value`, which the compiler promised to be an object. Notebook cells run in spite of type errors, so a missing argument
 * must say what is wanted; throws PlanError `PLAN_INVALID` with `example`.
 */
export function given<T extends object>(value: T, subject: string, example: string): T {
  const seen: unknown = value;
  if (typeof seen === 'object' && seen !== null && !Array.isArray(seen)) return value;
  const words = seen === undefined ? 'nothing' : seen === null ? 'null' : Array.isArray(seen) ? 'a list' : `a ${typeof seen}`;
  throw new PlanError('PLAN_INVALID', `${subject}: got ${words}; expected ${example}.`, { details: { path: subject } });
}
