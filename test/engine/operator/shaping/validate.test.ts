import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Graph, GraphInput } from '../../../../engine/graph/graph-api';
import type { ValidateNode, ValidationRule } from '../../../../engine/plan/nodes/validate';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { PlanNode, SourceNode } from '../../../../engine/plan/plan';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

const source = sourceNode({ maxOutOfOrdernessMs: 5 }) as SourceNode;
const keyBy: PlanNode = { id: 'key', op: 'keyBy', input: 'in', config: { columns: ['k'] } };

function graphOf(rules: readonly ValidationRule[], config: Partial<ValidateNode['config']> = {}): Graph {
  const node: PlanNode = { id: 'v', op: 'validate', input: 'key', config: { rules, violationsColumn: null, ...config } };
  const sinks = rules.some(({ severity }) => severity === 'sideOutput') ? [sinkNode('v'), sinkNode('v#invalid', 'invalid')] : [sinkNode('v')];
  return createGraph(parsePlan(planOf(source, keyBy, node, ...sinks)));
}
const tallies = (graph: Graph) => graph.metrics().nodes.get('v')!.tallies;
/** Event times of the rows that pass one rule, of rows `[t, x, k]`. */
function passes(rule: ValidationRule, rows: readonly (readonly [number, unknown, string?])[]): number[] {
  const graph = graphOf([rule]);
  const { rows: out, letters } = pushAll(graph, [...rows.map(([t, x, k]) => message({ t, k: k ?? 'a', x, n: null })), END]);
  expect(graph.metrics().totals).toMatchObject({ conservationError: 0 });
  expect(out.length + letters.length).toBe(rows.length);
  return out.map(({ eventTimeMs }) => eventTimeMs);
}
const drop = { name: 'rule', severity: 'drop' } as const;

describe('a rule', () => {
  it('of values that must be there refuses null', () => {
    expect(passes({ ...drop, check: 'notNull', columns: ['x', 'k'] }, [[1, 1], [2, null], [3, 0]])).toEqual([1, 3]);
  });

  it('of a range takes both bounds and null', () => {
    expect(passes({ ...drop, check: 'range', column: 'x', min: 0, max: 2 }, [[1, 0], [2, 2], [3, -0.1], [4, 2.1], [5, null]])).toEqual([1, 2, 5]);
    expect(passes({ ...drop, check: 'range', column: 'x', min: null, max: 2 }, [[1, -1e9], [2, 3]])).toEqual([1]);
  });

  it('of a set takes its values and null', () => {
    expect(passes({ ...drop, check: 'oneOf', column: 'k', values: ['a', 'b'] }, [[1, 0, 'a'], [2, 0, 'c'], [3, 0, 'b']])).toEqual([1, 3]);
    expect(passes({ ...drop, check: 'oneOf', column: 'x', values: [1, 2.5] }, [[1, 1], [2, 2.5], [3, 2], [4, null]])).toEqual([1, 2, 4]);
  });

  it('of an expression refuses only false', () => {
    const holds = parseExpression('r => r.x > 1', { schema: source.config.schema, subject: 'rule' });
    expect(passes({ ...drop, check: 'expression', holds }, [[1, 2], [2, 1], [3, null]])).toEqual([1, 3]);
  });

  it('of a rate holds a value against the newest of its key that kept it, so that a spike is one violation', () => {
    const rows: [number, number, string?][] = [[1000, 10], [1000, 99, 'b'], [2000, 12], [2500, 50], [3000, 13], [2999, 400], [9000, 25.1], [10_000, 25]];
    expect(passes({ ...drop, check: 'rate', column: 'x', maxPerSecond: 2 }, rows)).toEqual([1000, 1000, 2000, 3000, 2999, 10_000]);
  });

  it('of drift refuses rows once a column has been missing too often on end', () => {
    const rows: [number, number | null, string?][] = [[1, null], [2, 1], [3, null], [4, null, 'b'], [5, null], [6, null], [7, 3], [8, null]];
    expect(passes({ ...drop, check: 'drift', columns: ['x'], rows: 2 }, rows)).toEqual([1, 2, 3, 4, 7, 8]);
  });

  it('of row counts refuses rows beyond the most of a window', () => {
    const rows: [number, number, string?][] = [[1, 0], [2, 0], [3, 0], [3, 0, 'b'], [11, 0], [9, 0], [12, 0]];
    expect(passes({ ...drop, check: 'rowCount', everyMs: 10, min: null, max: 2 }, rows)).toEqual([1, 2, 3, 11, 12]);
  });

  it('of row counts counts windows that close with too few rows, also those with none', () => {
    const graph = graphOf([{ ...drop, check: 'rowCount', everyMs: 10, min: 2, max: null }]);
    const at = (t: number, k: string) => message({ t, k, x: 0, n: null });
    pushAll(graph, [at(1, 'a'), at(2, 'a'), at(11, 'a'), at(25, 'b')]);
    expect(tallies(graph)).toEqual({ rule: 1 });
    pushAll(graph, [at(65, 'b')]);
    expect(tallies(graph)).toEqual({ rule: 1 + 4 + 4 });
    pushAll(graph, [END]);
    expect(tallies(graph)).toEqual({ rule: 9 + 2 });
    expect(graph.metrics().totals).toMatchObject({ deadLetters: {}, conservationError: 0 });
  });
});

describe('validate', () => {
  const RULES: readonly ValidationRule[] = [
    { name: 'x there', severity: 'warn', check: 'notNull', columns: ['x'] },
    { name: 'x small', severity: 'drop', check: 'range', column: 'x', min: null, max: 10 },
    { name: 'x positive', severity: 'sideOutput', check: 'range', column: 'x', min: 0, max: null },
    { name: 'x calm', severity: 'warn', check: 'rate', column: 'x', maxPerSecond: 1000 }
  ];

  it('lets the strictest rule decide, counts each, and names them in the row', () => {
    const graph = graphOf(RULES, { violationsColumn: 'broken' });
    const { rows, letters } = pushAll(graph, [[1, 5], [2, null], [3, 11], [4, -1], [5, 6]].map(([t, x]) => message({ t, k: 'a', x, n: null })));
    expect(rows.map(({ sink, row }) => [sink, row['t'], row['broken']])).toEqual([['out', 1, null], ['out', 2, 'x there'], ['invalid', 4, 'x positive; x calm'], ['out', 5, null]]);
    expect(letters).toMatchObject([{ node: 'v', code: 'VALIDATION', text: '{"t":3,"k":"a","x":11,"n":null}' }]);
    expect(tallies(graph)).toEqual({ 'x there': 1, 'x small': 1, 'x positive': 1, 'x calm': 2 });
    expect(graph.metrics().totals).toMatchObject({ deadLetters: { VALIDATION: 1 }, rowsOut: { out: 3, invalid: 1 }, conservationError: 0 });
  });

  it('gives the same however the inputs are cut and wherever it is restored', () => {
    const rules: ValidationRule[] = [...RULES, { name: 'few', severity: 'drop', check: 'rowCount', everyMs: 20, min: 2, max: 3 }, { name: 'drift', severity: 'warn', check: 'drift', columns: ['x', 'n'], rows: 2 }];
    const record = fc.tuple(fc.integer({ min: -8, max: 20 }), fc.option(fc.integer({ min: -3, max: 12 })), fc.constantFrom('a', 'b', null));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (records, pushSize) => {
        let t = 100;
        const inputs: GraphInput[] = [...records.map(([step, x, k]) => message({ t: (t += step), k, x, n: x })), END];
        const whole = graphOf(rules, { violationsColumn: 'broken' });
        const wanted = pushAll(whole, inputs);
        let graph = graphOf(rules, { violationsColumn: 'broken' });
        const seen: unknown[] = [];
        for (let from = 0; from < inputs.length; from += pushSize) {
          seen.push(...pushAll(graph, inputs.slice(from, from + pushSize)).rows);
          const snapshot = graph.snapshot();
          graph = graphOf(rules, { violationsColumn: 'broken' });
          graph.restore(snapshot);
        }
        expect(seen).toEqual(wanted.rows);
        expect(tallies(graph)).toEqual(tallies(whole));
        expect(graph.metrics().totals.conservationError).toBe(0);
      })
    );
  });

  it('counts rows per window as a naive recomputation does', () => {
    const [EVERY_MS, LEAST, MOST, DISORDER_MS] = [20, 2, 3, 5];
    const record = fc.tuple(fc.integer({ min: -25, max: 40 }), fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), records => {
        let t = 0;
        const rows = records.map(([step, k]) => ({ t: (t += step), k }));
        const counts = new Map<string, Map<number, number>>();
        let [newest, closed, tooMany] = [-Infinity, -Infinity, 0];
        for (const row of rows) {
          const start = Math.floor(row.t / EVERY_MS) * EVERY_MS;
          if (start >= closed) {
            const windows = counts.get(row.k) ?? new Map<number, number>();
            counts.set(row.k, windows.set(start, (windows.get(start) ?? 0) + 1));
            if (windows.get(start)! > MOST) tooMany += 1;
          }
          newest = Math.max(newest, row.t);
          closed = Math.floor((newest - DISORDER_MS) / EVERY_MS) * EVERY_MS;
        }
        const last = Math.max(...[...counts.values()].flatMap(windows => [...windows.keys()]));
        let tooFew = 0;
        for (const windows of counts.values()) {
          for (let start = Math.min(...windows.keys()); start <= last; start += EVERY_MS) if ((windows.get(start) ?? 0) < LEAST) tooFew += 1;
        }
        const graph = graphOf([{ name: 'count', severity: 'drop', check: 'rowCount', everyMs: EVERY_MS, min: LEAST, max: MOST }]);
        const { letters } = pushAll(graph, [...rows.map(row => message({ ...row, x: 0, n: 0 })), END], [7, 1, 5]);
        expect([letters.length, tallies(graph)]).toEqual([tooMany, { count: tooMany + tooFew }]);
      })
    );
  });

  it.each<[string, ValidationRule, RegExp]>([
    ['a column that is not there', { ...drop, check: 'notNull', columns: ['y'] }, /rule "rule"\("y"\).*no such column/u],
    ['a range of a text', { ...drop, check: 'range', column: 'k', min: 0, max: null }, /column "k" is utf8; expected a number, a time or a list/u],
    ['a value that the column cannot hold', { ...drop, check: 'oneOf', column: 'n', values: [1.5] }, /1.5 is no value of column "n" \(int64\)/u],
    ['an expression that is no condition', { ...drop, check: 'expression', holds: { kind: 'column', name: 'x' } }, /its expression is float64; expected bool/u],
    ['bounds the wrong way round', { ...drop, check: 'range', column: 'x', min: 2, max: 1 }, /min 2 is above max 1/u],
    ['no bounds at all', { ...drop, check: 'rowCount', everyMs: 10, min: null, max: null }, /min and max are both null/u],
    ['an unknown check', { ...drop, check: 'unique', columns: ['x'] } as unknown as ValidationRule, /got "unique"; expected one of/u]
  ])('refuses %s', (_name, rule, expected) => {
    expect(() => graphOf([rule])).toThrow(expected);
  });

  it('refuses two rules of one name, and a violations column that is there', () => {
    expect(() => graphOf([RULES[0]!, RULES[0]!])).toThrow(/rule "x there" occurs twice/u);
    expect(() => graphOf(RULES, { violationsColumn: 'x' })).toThrow(/already has a column "x"/u);
  });
});
