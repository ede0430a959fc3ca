import { describe, expect, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { bool, float64, lake, list, mqtt, publish, schema, timestampMs, utf8 } from '../../../engine/api/littoral';
import { PlanError } from '../../../engine/error';
import { planToJson } from '../../../engine/plan/canonical-json';
import { parsePlanText } from '../../../engine/plan/parse-plan';
import { FakeHost } from './fake-host';

const vibration = schema({ tMs: timestampMs(), device: utf8(), x: list('float64'), y: list('float64'), load: float64({ nullable: true, unit: 'N' }), on: bool() });
const rows = () => bindLittoral(new FakeHost()).pipeline('p').from(mqtt('plant/+', { connection: 'plant', schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0 }));

describe('steps that shape rows', () => {
  const pipeline = rows()
    .tag({ load: { classification: 'internal' } })
    .encrypt({ columns: ['load'], keyRef: 'plant', tokens: { load: 'loadToken' } })
    .derive({ high: (r, p) => r.load > p.limit }, { limit: 3 })
    .drop('y')
    .rename({ device: 'machine' })
    .cast({ high: 'int32' })
    .explode({ column: 'x', everyMs: 0.5 })
    .sample({ share: 0.5 })
    .validate(
      {
        rules: [
          { name: 'machine there', check: 'notNull', columns: ['machine'] },
          { name: 'x in range', severity: 'warn', check: 'range', column: 'x', max: 5 },
          { name: 'x calm', severity: 'sideOutput', check: 'expression', holds: r => r.x < 3 }
        ],
        violationsColumn: 'broken'
      },
      { invalid: wrong => wrong.to(lake('invalid')) }
    )
    .keyBy('machine')
    .sample({ every: 10 })
    .to(publish('out/{machine}'));
  const plan = pipeline.toPlan();

  it('become nodes with every default written out', () => {
    expect(plan.nodes.slice(1, 9).map(({ op, config }) => [op, config])).toEqual([
      ['tag', { columns: { load: { classification: 'internal' } } }],
      ['encrypt', { columns: ['load'], keyRef: 'plant', tokens: { load: 'loadToken' } }],
      ['derive', { columns: [{ name: 'high', expression: expect.objectContaining({ kind: 'binary', op: '>' }) as unknown }] }],
      ['drop', { columns: ['y'] }],
      ['rename', { columns: { device: 'machine' } }],
      ['cast', { columns: { high: 'int32' }, policy: 'error' }],
      ['explode', { columns: { x: 'x' }, index: null, everyMs: 0.5, stamped: 'first', timeColumn: null, whenEmpty: 'drop' }],
      ['sample', { share: 0.5, seed: 0 }]
    ]);
    expect(plan.nodes[9]).toMatchObject({ op: 'validate', config: { violationsColumn: 'broken', rules: [{ name: 'machine there', severity: 'drop', check: 'notNull', columns: ['machine'] }, { severity: 'warn', check: 'range', min: null, max: 5 }, { severity: 'sideOutput', holds: { op: '<' } }] } });
    expect(plan.nodes.slice(10).map(node => [node.op, 'input' in node ? node.input : ''])).toEqual([['sink', 'validate#invalid'], ['keyBy', 'validate'], ['sample', 'keyBy'], ['sink', 'sample-2']]);
  });

  it('read back from JSON as they were', () => {
    expect(planToJson(parsePlanText(planToJson(plan)))).toBe(planToJson(plan));
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a rule for the side without a branch', () => rows().validate({ rules: [{ name: 'a', severity: 'sideOutput', check: 'notNull', columns: ['load'] }] }), /there is no branch for its rows/u],
    ['rules that are no list', () => rows().validate({ rules: 'all' as never }), /a list of rules, e\.g\./u],
    ['nothing', () => rows().derive(undefined as never), /derive: got nothing; expected computed columns/u],
    ['a computed column that is no function', () => rows().derive({ a: 3 as never }), /derive\.a: got a number; expected an arrow function/u],
    ['no list to explode', () => rows().explode({} as never), /explode\.columns: it has 0 entries/u]
  ])('refuse %s, in words', (_name, build, words) => {
    expect(build).toThrow(PlanError);
    expect(build).toThrow(words);
  });
});
