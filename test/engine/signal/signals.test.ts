import { describe, expect, it } from 'vitest';
import type { ReferenceCase } from '../../support/reference';
import { passes, plain, referenceCases, referenceJson } from '../../support/reference';
import { operators } from './operators';
import type { Params, SignalInput } from './operators';

const signals = new Map((referenceJson('signals.inputs.json') as { name: string; values: unknown }[]).map(line => [`@${line.name}`, plain(line.values) as number[]]));

/** `rfft-nan64` fixes which bins pocketfft happens to keep free of NaN; ours are NaN wherever a NaN sample counts. */
const doesNotApply = (reference: ReferenceCase): boolean => reference.name === 'rfft-nan64';

function inputOf(reference: ReferenceCase): SignalInput {
  const columns = Object.entries(reference.input as Params).map(([name, value]) => [name, typeof value === 'string' ? signals.get(value)! : plain(value)]);
  return Object.fromEntries(columns) as unknown as SignalInput;
}

/** The first difference between what was seen and what is expected, or null. */
function difference(seen: unknown, expected: unknown, reference: ReferenceCase, path = 'result'): string | null {
  if (expected === null || typeof expected === 'string') return seen === expected ? null : `${path}: ${String(seen)} instead of ${expected}`;
  if (typeof expected === 'number') return passes(seen as number, expected, reference.relTolerance, reference.absTolerance) ? null : `${path}: ${String(seen)} instead of ${expected}`;
  if (!Array.isArray(expected)) return firstOf(Object.entries(expected as Params).map(([name, item]) => difference((seen as Params)[name], item, reference, `${path}.${name}`)));
  const items = Array.from(seen as ArrayLike<unknown>);
  if (items.length !== expected.length) return `${path}: ${items.length} values instead of ${expected.length}`;
  return firstOf(expected.map((item, i) => difference(items[i], item, reference, `${path}[${i}]`)));
}

function firstOf(differences: readonly (string | null)[]): string | null {
  return differences.find(each => each !== null) ?? null;
}

/** The reference's sections, or others with the same response. */
function differenceOfSections(seen: unknown, expected: unknown, reference: ReferenceCase): string | null {
  const { sos, response } = expected as Params;
  const { sos: ours, response: ourResponse } = seen as Params;
  return difference(ours, sos, reference) === null ? null : difference(ourResponse, response, reference, 'response');
}

describe('signal operators against SciPy, NumPy and pandas', () => {
  for (const reference of referenceCases('signals.json')) {
    if (doesNotApply(reference)) continue;
    it(reference.name, () => {
      const operator = operators[reference.op!];
      expect(operator, `operator ${reference.op}`).toBeDefined();
      const input = inputOf(reference);
      const expected = plain(reference.expected);
      const mustFail = typeof expected === 'object' && expected !== null && 'error' in expected;
      if (mustFail) expect(() => operator!(input, reference.params)).toThrow(expect.objectContaining({ code: 'SIGNAL_PARAMETERS' }));
      else expect((reference.op === 'butterSos' ? differenceOfSections : difference)(operator!(input, reference.params), expected, reference)).toBeNull();
    });
  }
});
