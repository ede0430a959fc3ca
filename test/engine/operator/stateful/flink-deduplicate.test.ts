import { describe, expect, it } from 'vitest';
import { flinkCases } from './flink-sql-cases';
import { messages, runEveryWay, statefulPlan } from './stateful-runs';

interface DeduplicateCase {
  readonly name: string;
  readonly time: { readonly maxOutOfOrdernessMs: number };
  readonly key: string;
  readonly deduplicate?: { readonly keep: 'first' | 'last'; readonly by: 'eventTime' };
  readonly input: readonly { readonly t: number; readonly device: string; readonly value: number | null }[];
  readonly expected: readonly { readonly op: '+I' | '-U' | '+U'; readonly i: number; readonly at?: number }[];
}

describe('deduplicate gives what Flink SQL gives', () => {
  for (const flink of flinkCases<DeduplicateCase>('sql-dedup-topn.json')) {
    const { deduplicate } = flink;
    if (deduplicate === undefined) continue;
    it(flink.name, () => {
      const plan = statefulPlan({ op: 'deduplicate', config: { by: [], keep: deduplicate.keep, withinMs: null, identitiesMax: 1000 }, source: { maxOutOfOrdernessMs: flink.time.maxOutOfOrdernessMs } });
      const { rows } = runEveryWay(plan, messages(flink.input.map(({ t, device, value }, i) => ({ t, k: device, x: value, n: i }))));
      const seen = rows.map(({ at, row }) => ({ i: Number(row['n']), ...(deduplicate.keep === 'first' ? { at } : { isUpdate: Number(row['revision']) > 0 }) }));
      const wanted = flink.expected.filter(({ op }) => op !== '-U').map(({ op, i, at }) => ({ i, ...(deduplicate.keep === 'first' ? { at } : { isUpdate: op === '+U' }) }));
      expect(seen).toEqual(wanted);
    });
  }
});
