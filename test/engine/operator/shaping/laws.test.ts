import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Graph, GraphInput } from '../../../../engine/graph/graph-api';
import { planToJson } from '../../../../engine/plan/canonical-json';
import { parsePlan, parsePlanText } from '../../../../engine/plan/parse-plan';
import type { Plan, PlanNode } from '../../../../engine/plan/plan';
import type { Schema } from '../../../../engine/schema/schema';
import type { Collected } from '../../../support/graph-runs';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

const SCHEMA: Schema = {
  fields: [
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'k', type: 'utf8', nullable: true },
    { name: 'x', type: 'float64', nullable: true },
    { name: 's', type: { list: 'float64' }, nullable: true }
  ]
};
const x = { kind: 'column', name: 'x' } as const;
const number = (value: number) => ({ kind: 'literal', value, type: 'float64' }) as const;
type Step = Pick<PlanNode, 'op' | 'config'>;
const step = (op: PlanNode['op'], config: unknown): Step => ({ op, config }) as Step;

/** Steps that fit one after the other in any order: each leaves t, k and a number x. */
const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      fc.integer({ min: -3, max: 3 }).map(by => [step('derive', { columns: [{ name: 'x', expression: { kind: 'binary', op: '+', left: x, right: number(by / 2) } }] })]),
      fc.tuple(fc.constantFrom('int32', 'float32', 'float64'), fc.constantFrom('error', 'null', 'round', 'clamp')).map(([type, policy]) => [step('cast', { columns: { x: type }, policy })]),
      fc.constant([step('rename', { columns: { x: 'z', k: 'x2' } }), step('tag', { columns: { z: { unit: 'V', classification: 'pii' } } }), step('rename', { columns: { z: 'x', x2: 'k' } })]),
      fc.integer({ min: 1, max: 3 }).map(every => [step('sample', { every })]),
      fc.nat(9).map(seed => [step('sample', { share: 0.7, seed })]),
      fc.constantFrom('drop', 'warn').map(severity => [
        step('validate', {
          violationsColumn: null,
          rules: [
            { name: 'range', severity, check: 'range', column: 'x', min: -4, max: null },
            { name: 'rate', severity, check: 'rate', column: 'x', maxPerSecond: 900 },
            { name: 'count', severity: 'warn', check: 'rowCount', everyMs: 16, min: 2, max: 4 }
          ]
        })
      ])
    ),
    { maxLength: 6 }
  )
  .map(list => list.flat());

const plans: fc.Arbitrary<Plan> = fc.tuple(fc.boolean(), steps, fc.option(fc.tuple(fc.constantFrom('drop', 'null'), fc.constantFrom('first', 'last'))), steps).map(([keyed, before, explode, after]) => {
  const exploded = explode === null ? [] : [step('explode', { columns: { s: 'e' }, index: 'i', everyMs: 0.7, stamped: explode[1], timeColumn: null, whenEmpty: explode[0] })];
  const chain = [...(keyed ? [step('keyBy', { columns: ['k'] })] : []), ...before, ...exploded, ...after];
  const nodes = chain.map((each, index) => ({ ...each, id: `n${index}`, input: index === 0 ? 'in' : `n${index - 1}` }) as PlanNode);
  const last = nodes.at(-1)?.id ?? 'in';
  return planOf(sourceNode({ schema: SCHEMA, maxOutOfOrdernessMs: 6 }), ...nodes, sinkNode(last));
});

const records = fc.array(fc.tuple(fc.integer({ min: -9, max: 14 }), fc.option(fc.constantFrom('a', 'b')), fc.option(fc.integer({ min: -20, max: 20 }).map(n => n / 4)), fc.option(fc.array(fc.nat(9), { maxLength: 4 }))), { maxLength: 40 });
const inputsOf = (list: readonly (readonly [number, string | null, number | null, number[] | null])[]): GraphInput[] => {
  let t = 1000;
  return [...list.map(([by, k, value, s]) => message({ t: (t += by), k, x: value, s })), END];
};

function figures(graph: Graph): unknown {
  const { nodes, totals } = graph.metrics();
  return { nodes: [...nodes], totals };
}

describe('laws of shaping, on random chains', () => {
  it('give the same whatever the cut, and wherever they are restored, and lose nothing', () => {
    fc.assert(
      fc.property(plans, records, fc.integer({ min: 1, max: 9 }), (plan, list, pushSize) => {
        const inputs = inputsOf(list);
        const whole = createGraph(parsePlan(plan));
        const wanted = pushAll(whole, inputs);
        let graph = createGraph(plan);
        const seen: Collected = { rows: [], letters: [] };
        for (let from = 0; from < inputs.length; from += pushSize) {
          const { rows, letters } = pushAll(graph, inputs.slice(from, from + pushSize));
          seen.rows.push(...rows);
          seen.letters.push(...letters);
          const snapshot = graph.snapshot();
          graph = createGraph(plan);
          graph.restore(snapshot);
          expect(graph.snapshot()).toEqual(snapshot);
        }
        expect(seen).toEqual(wanted);
        expect(figures(graph)).toEqual(figures(whole));
        expect(whole.metrics().totals.conservationError).toBe(0);
      }),
      { numRuns: 150 }
    );
  });

  it('are read back from their JSON', () => {
    fc.assert(
      fc.property(plans, plan => {
        expect(planToJson(parsePlanText(planToJson(plan)))).toBe(planToJson(plan));
      }),
      { numRuns: 50 }
    );
  });
});
