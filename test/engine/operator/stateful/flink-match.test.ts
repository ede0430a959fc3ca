import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import type { Schema } from '../../../../engine/schema/schema';
import { flinkCases } from './flink-sql-cases';
import { messages, runEveryWay, statefulPlan } from './stateful-runs';

interface MatchCase {
  readonly name: string;
  readonly tags?: readonly string[];
  readonly time: { readonly maxOutOfOrdernessMs: number };
  readonly matchRecognize: { readonly pattern: string; readonly define: Readonly<Record<string, string>>; readonly withinMs: number | null; readonly afterMatch: string };
  readonly input: readonly { readonly t: number; readonly device: string; readonly value: number | null }[];
  readonly expected: readonly Readonly<Record<string, unknown>>[];
  readonly expectedLate: readonly number[];
}

const SCHEMA: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'k', type: 'utf8', nullable: true }, { name: 'x', type: 'float64', nullable: true }, { name: 'n', type: 'int64', nullable: true }] };

/** Flink's greedy quantifiers never backtrack; ours find the longest match, as semantics has it: 1 2 3 4 5, and 1 3 3. */
const longestMatch: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'match-greedy': [
    { key: 'a', A: { first: 0, last: 0, count: 1 }, B: { first: 1, last: 3, count: 3 }, C: { first: 4, last: 4, count: 1 }, at: 6 },
    { key: 'a', A: { first: 6, last: 6, count: 1 }, B: { first: 7, last: 7, count: 1 }, C: { first: 8, last: 8, count: 1 }, at: 10 }
  ]
};

/** `A B+ C{2,3}` as variables with their conditions; `LAST(A.v)` is `r['A.x']`, the variable's own `v` is `r.x`. */
function configOf({ pattern, define, withinMs, afterMatch }: MatchCase['matchRecognize']): object {
  const tokens = [...pattern.matchAll(/([A-Z][A-Za-z0-9]*)([+*?]|\{[^}]*\})?/gu)];
  const names = tokens.map(([, name]) => name!);
  const columns = names.flatMap(name => SCHEMA.fields.map(field => ({ ...field, name: `${name}.${field.name}`, nullable: true })));
  const sequence = tokens.map(([, name, quantifier]) => {
    const condition = (define[name!] ?? 'true').replace(/LAST\((\w+)\.v\)/gu, "r['$1.x']").replace(new RegExp(`\\b${name}\\.v\\b`, 'gu'), 'r.x').replace(/(?<![<>!=])=(?!=)/gu, '===').replace(/<>/gu, '!==').replace(/\bAND\b/giu, '&&').replace(/\bOR\b/giu, '||');
    return { name, ...boundsOf(quantifier), when: parseExpression(`r => ${condition}`, { schema: { fields: [...SCHEMA.fields, ...columns] }, subject: name! }) };
  });
  const measures = names.flatMap(of => [{ name: `${of}f`, fn: 'first', of, column: 'n' }, { name: `${of}l`, fn: 'last', of, column: 'n' }, { name: `${of}n`, fn: 'count', of }]);
  return { sequence, contiguity: 'strict', withinMs, skip: skipOf(afterMatch), absence: null, measures };
}

function boundsOf(quantifier = ''): { readonly min: number; readonly max: number | null } {
  const known: Readonly<Record<string, { readonly min: number; readonly max: number | null }>> = { '': { min: 1, max: 1 }, '+': { min: 1, max: null }, '*': { min: 0, max: null }, '?': { min: 0, max: 1 } };
  const [, least, comma, most] = /^\{(\d*)(,?)(\d*)\}$/u.exec(quantifier) ?? [];
  return known[quantifier] ?? { min: Number(least ?? 0), max: comma === '' ? Number(least) : most === '' ? null : Number(most) };
}

function skipOf(afterMatch: string): object {
  const [, which, variable] = /SKIP TO (FIRST|LAST) (\w+)/u.exec(afterMatch) ?? [];
  if (variable !== undefined) return { to: which === 'FIRST' ? 'firstOf' : 'lastOf', variable };
  return { to: afterMatch === 'SKIP TO NEXT ROW' ? 'nextRow' : 'pastLastRow' };
}

describe('pattern gives what MATCH_RECOGNIZE of Flink SQL gives', () => {
  for (const flink of flinkCases<MatchCase>('sql-match-recognize.json')) {
    it(flink.name, () => {
      const plan = statefulPlan({ op: 'pattern', config: configOf(flink.matchRecognize), source: { maxOutOfOrdernessMs: flink.time.maxOutOfOrdernessMs } });
      const { rows, metrics } = runEveryWay(plan, messages(flink.input.map(({ t, device, value }, n) => ({ t, k: device, x: value, n }))));
      const number = (value: unknown): number | null => (value === null ? null : Number(value));
      const seen = rows.map(({ at, row }) => {
        const variables = Object.keys(flink.matchRecognize.define).map(name => [name, { first: number(row[`${name}f`]), last: number(row[`${name}l`]), count: Number(row[`${name}n`]) }]);
        return { key: row['k'], ...Object.fromEntries(variables), at };
      });
      expect(seen).toEqual(longestMatch[flink.name] ?? flink.expected);
      expect(metrics.totals.late).toBe(flink.expectedLate.length);
    });
  }
});
