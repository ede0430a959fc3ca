import type { Reason } from './merging-operator';

/** Why a row without a match is refused. */
export function missingReason(on: readonly string[]): Reason {
  return { code: 'LOOKUP_MISSING', message: `nothing was found for the row by ${on.map(name => `"${name}"`).join(', ')}. Complete what is looked up, or use missing: 'null'.` };
}
