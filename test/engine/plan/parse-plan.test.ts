import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlanError } from '../../../engine/error';
import { planToJson } from '../../../engine/plan/canonical-json';
import { parsePlan, parsePlanText } from '../../../engine/plan/parse-plan';
import type { SamplePlan } from './sample-plan';
import { nodeOf, samplePlan } from './sample-plan';

function refusalOf(json: unknown): PlanError {
  try {
    parsePlan(json);
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
  throw new Error('the plan was accepted');
}

describe('parsePlan', () => {
  it('gives back a Plan equal to its JSON', () => {
    expect(parsePlan(samplePlan())).toEqual(samplePlan());
  });

  it.each<[string, (plan: SamplePlan) => void, string]>([
    ['another version', plan => void (plan.littoralPlan = 2), 'plan.littoralPlan'],
    ['an unknown field', plan => void (plan['comment'] = 'x'), 'plan'],
    ['a name with a slash', plan => void (plan.name = '../x'), 'plan.name'],
    ['no nodes', plan => void (plan.nodes = []), 'plan.nodes'],
    ['nodes that are no list', plan => void (plan['nodes'] = { length: 1 } as never), 'plan.nodes'],
    ['too many nodes', plan => void (plan.nodes = Array.from({ length: 201 }, () => nodeOf(samplePlan(), 'filter'))), 'plan.nodes'],
    ['an unknown operator', plan => void (nodeOf(plan, 'filter').op = 'fliter'), 'nodes[5].op'],
    ['an unknown field of a node', plan => void (nodeOf(plan, 'filter')['inputs'] = []), 'nodes[5]'],
    ['an input for a source', plan => void (nodeOf(plan, 'source').input = 'filter'), 'nodes[0]'],
    ['an id twice', plan => void (nodeOf(plan, 'select').id = 'filter'), 'nodes'],
    ['a sink name twice', plan => void (nodeOf(plan, 'alerts').config['name'] = 'vibration'), 'nodes'],
    ['an input that comes later', plan => void (nodeOf(plan, 'keyBy').input = 'filter'), 'nodes[1].input'],
    ['a sink as an input', plan => void (nodeOf(plan, 'filter').input = 'lake'), 'nodes[5].input'],
    ['rows that go nowhere', plan => void plan.nodes.pop(), 'nodes[6]'],
    ['a delivery that is none', plan => void (plan['delivery'] = 'exactlyOnce'), 'plan.delivery'],
    ['a share above 1', plan => void (plan['slo'] = { lateShareMax: 2 }), 'plan.slo.lateShareMax'],
    ['a window without size', plan => void (nodeOf(plan, 'window').config['window'] = { kind: 'tumbling', offsetMs: 0 }), 'nodes[2].config.window.sizeMs'],
    ['an aggregate name twice', plan => void (nodeOf(plan, 'window').config['aggregates'] = [{ name: 'n', fn: 'count' }, { name: 'n', fn: 'count' }]), 'nodes[2].config.aggregates'],
    ['a model with a path', plan => void (nodeOf(plan, 'predict').config['model'] = '../bearing.onnx'), 'nodes[3].config.model'],
    ['a table with a path', plan => void (nodeOf(plan, 'lake').config['table'] = '../../etc'), 'nodes[4].config.table'],
    ['an empty list of merge columns', plan => void (nodeOf(plan, 'lake').config['mergeBy'] = []), 'nodes[4].config.mergeBy'],
    ['a merge column twice', plan => void (nodeOf(plan, 'lake').config['mergeBy'] = ['device', 'device']), 'nodes[4].config.mergeBy'],
    ['a sink of no kind', plan => void (nodeOf(plan, 'lake').config['connector'] = 'kafka'), 'nodes[4].config.connector'],
    ['a field of the other sink', plan => void (nodeOf(plan, 'lake').config['qos'] = 1), 'nodes[4].config'],
    ['a topic to publish with a wildcard', plan => void (nodeOf(plan, 'alerts').config['topic'] = 'alerts/+'), 'nodes[7].config.topic'],
    ['a topic with an open brace', plan => void (nodeOf(plan, 'alerts').config['topic'] = 'alerts/{device'), 'nodes[7].config.topic'],
    ['a qos of 3', plan => void (nodeOf(plan, 'alerts').config['qos'] = 3), 'nodes[7].config.qos'],
    ['a topic filter with # in the middle', plan => void (nodeOf(plan, 'source').config['topic'] = 'a/#/b'), 'nodes[0].config.topic'],
    ['a topic filter with a partial +', plan => void (nodeOf(plan, 'source').config['topic'] = 'a+/b'), 'nodes[0].config.topic'],
    ['a column called __proto__', plan => void (nodeOf(plan, 'source').config['schema'] = { fields: [{ name: '__proto__', type: 'utf8', nullable: true }] }), 'nodes[0].config.schema.fields[0].name'],
    ['a column type that is none', plan => void (nodeOf(plan, 'source').config['schema'] = { fields: [{ name: 'x', type: 'double', nullable: true }] }), 'nodes[0].config.schema.fields[0].type'],
    ['a negative out-of-orderness', plan => void (nodeOf(plan, 'source').config['maxOutOfOrdernessMs'] = -1), 'nodes[0].config.maxOutOfOrdernessMs'],
    ['a time with a fraction', plan => void (nodeOf(plan, 'source').config['maxOutOfOrdernessMs'] = 1.5), 'nodes[0].config.maxOutOfOrdernessMs'],
    ['a predicate that is code', plan => void (nodeOf(plan, 'filter').config['predicate'] = 'r => true'), 'nodes[5].config.predicate'],
    ['an address instead of a connection name is a name like any other but not a control character', plan => void (nodeOf(plan, 'source').config['connection'] = 'a\u0000b'), 'nodes[0].config.connection']
  ])('refuses %s and says where', (_name, spoil, path) => {
    const plan = samplePlan();
    spoil(plan);
    const error = refusalOf(plan);
    expect(error.code).toBe('PLAN_INVALID');
    expect(error.details['path']).toBe(path);
    expect(error.message).toContain('expected');
  });

  it.each<[string, (plan: SamplePlan) => void, string]>([
    ['an unknown column in a predicate', plan => void (nodeOf(plan, 'filter').config['predicate'] = { kind: 'column', name: 'anomly' }), 'Did you mean "anomaly"?'],
    ['a predicate that is no bool', plan => void (nodeOf(plan, 'filter').config['predicate'] = { kind: 'column', name: 'anomaly' }), 'expected bool'],
    ['an unknown key', plan => void (nodeOf(plan, 'keyBy').config['columns'] = ['devcie']), 'Did you mean "device"?'],
    ['an unknown aggregate', plan => void (nodeOf(plan, 'window').config['aggregates'] = [{ name: 'n', fn: 'cuont' }]), 'Did you mean "count"?'],
    ['an event time that is no time', plan => void (nodeOf(plan, 'source').config['eventTime'] = 'load'), 'expected timestampMs or int64'],
    ['a placeholder without a column', plan => void (nodeOf(plan, 'alerts').config['topic'] = 'alerts/{line}'), '"line"']
  ])('refuses %s through the operators', (_name, spoil, text) => {
    const plan = samplePlan();
    spoil(plan);
    expect(refusalOf(plan).message).toContain(text);
  });

  const rejected = JSON.parse(readFileSync(new URL('../../golden/flink/rejected-windows.json', import.meta.url), 'utf8')) as { window: unknown; message: string }[];
  it.each(rejected)('refuses the window $window as Flink does', ({ window }) => {
    const plan = samplePlan();
    nodeOf(plan, 'window').config['window'] = window;
    expect(refusalOf(plan).details['path']).toMatch(/^nodes\[2\]\.config/u);
  });

  it('never fails otherwise than with a PlanError, whatever single value is replaced', () => {
    const values = fc.oneof(fc.constantFrom(null, '', '__proto__', 'constructor', -1, 1e308, NaN, [], {}, true, '\uD800', 'x'.repeat(5000)), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>);
    const paths = pathsOf(samplePlan());
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, (path, value) => {
        const plan = samplePlan();
        replace(plan, path, value);
        try {
          const parsed = parsePlan(plan);
          expect(parsePlan(JSON.parse(planToJson(parsed)))).toEqual(JSON.parse(planToJson(parsed)));
        } catch (error) {
          if (!(error instanceof PlanError)) throw error;
          expect(error.message.length).toBeLessThan(5000);
        }
      }),
      { numRuns: 3000 }
    );
  });

  it('refuses texts that are too long or not JSON', () => {
    expect(() => parsePlanText('{')).toThrow(/not JSON/u);
    expect(() => parsePlanText(' '.repeat(5 * 1024 * 1024))).toThrow(/at most/u);
    expect(parsePlanText(JSON.stringify(samplePlan())).name).toBe('bearing-watch');
  });
});

describe('planToJson', () => {
  it('gives the same text whatever the order of fields and the positions in source text', () => {
    const plan = parsePlan(samplePlan());
    const text = planToJson(plan);
    expect(planToJson(parsePlan(reversed(samplePlan())))).toBe(text);
    expect(text).not.toContain('"offset"');
    expect(planToJson(parsePlanText(text))).toBe(text);
    expect(text.startsWith('{"delivery":"exactlyOnceEffects","littoralPlan":1,"name":"bearing-watch","nodes":[{"config":{"connection":"plant",')).toBe(true);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'offset')
      .reverse()
      .map(([name, field]) => [name, reversed(field)])
  );
}

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [...(path.length === 0 ? [] : [[...path]]), ...Object.entries(value).flatMap(([name, field]) => pathsOf(field, [...path, name]))];
}

function replace(target: object, path: readonly string[], value: unknown): void {
  let holder: object = target;
  for (const name of path.slice(0, -1)) holder = (holder as Record<string, object>)[name] ?? {};
  Object.defineProperty(holder, path.at(-1) ?? '', { value, enumerable: true, writable: true, configurable: true });
}
