import { describe, expect, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { bool, count, float64, lake, mean, mqtt, schema, timestampMs, utf8 } from '../../../engine/api/littoral';
import { PlanError } from '../../../engine/error';
import { planToJson } from '../../../engine/plan/canonical-json';
import { parsePlanText } from '../../../engine/plan/parse-plan';
import { FakeHost } from './fake-host';

const Pump = schema({ tMs: timestampMs(), pump: utf8(), rpm: float64({ unit: '1/min' }), on: bool() });
const keyed = () => bindLittoral(new FakeHost()).pipeline('p').from(mqtt('pumps/+', { connection: 'plant', schema: Pump, eventTime: 'tMs', maxOutOfOrdernessMs: 0 })).keyBy('pump');

describe('stateful steps', () => {
  const pipeline = keyed()
    .lag({ column: 'rpm', as: 'before' })
    .lead({ column: 'rpm', as: 'next' })
    .diff({ column: 'rpm', as: 'change' })
    .smooth({ column: 'rpm', as: 'smooth', span: 9 })
    .zScore({ column: 'rpm', as: 'z' })
    .cusum({ column: 'rpm', as: 'drift', target: 1000, slack: 5, threshold: 50 })
    .rolling({ rows: 3 }, { n: count(), m: mean('rpm') })
    .deadband({ column: 'rpm', percent: 2 })
    .reportByException({ columns: ['on'] })
    .throttle({ everyMs: 10 })
    .debounce({ quietMs: 10 })
    .swingingDoor({ column: 'rpm', deviation: 1 })
    .deduplicate({ by: ['on'] })
    .to(lake('pumps'));
  const plan = pipeline.toPlan();

  it('become nodes with every default written out', () => {
    expect(plan.nodes.slice(2, -1).map(({ op, config }) => [op, config])).toEqual([
      ['lag', { column: 'rpm', as: 'before', rows: 1 }],
      ['lead', { column: 'rpm', as: 'next', rows: 1, withinMs: null }],
      ['diff', { column: 'rpm', as: 'change', order: 1 }],
      ['smooth', { column: 'rpm', as: 'smooth', decay: { span: 9 }, adjust: true, ignoreNull: false, varianceAs: null, bias: false }],
      ['zScore', { column: 'rpm', as: 'z', rows: null, against: 'all', ddof: 0 }],
      ['cusum', { column: 'rpm', as: 'drift', target: 1000, slack: 5, threshold: 50, reset: false }],
      ['rolling', { span: { rows: 3 }, presentMin: null, aggregates: [{ name: 'n', fn: 'count' }, { name: 'm', fn: 'mean', column: 'rpm' }] }],
      ['deadband', { column: 'rpm', band: { percent: 2 } }],
      ['reportByException', { columns: ['on'], maxSilenceMs: null }],
      ['throttle', { everyMs: 10 }],
      ['debounce', { quietMs: 10 }],
      ['swingingDoor', { column: 'rpm', deviation: 1, maxSilenceMs: null }],
      ['deduplicate', { by: ['on'], keep: 'first', withinMs: null, identitiesMax: 1_000_000 }]
    ]);
    expect(parsePlanText(planToJson(plan))).toEqual(plan);
  });

  it('write states and transitions as data', () => {
    const machine = keyed().stateMachine({ initial: 'off', states: ['off', 'on'], transitions: [{ from: '*', to: 'on', when: (r, p) => r.rpm > p.limit }], timeouts: { on: { afterMs: 5, to: 'off' } } }, { limit: 3 });
    const [node] = machine.to(lake('l')).toPlan().nodes.slice(2);
    expect(node).toMatchObject({ op: 'stateMachine', config: { initial: 'off', states: ['off', 'on'], transitions: [{ from: '*', to: 'on', when: { kind: 'binary', op: '>' } }], timeouts: [{ state: 'on', afterMs: 5, to: 'off' }], columns: [] } });
  });

  it('write sequences as data, with columns of earlier rows in their conditions', () => {
    const found = keyed().pattern({
      sequence: [
        { name: 'A', when: r => r.on },
        { name: 'B', when: r => r.rpm > r['A.rpm'], quantifier: '*' },
        { name: 'C', when: r => !r.on, quantifier: { min: 2 } }
      ],
      skip: 'toLast:B',
      absence: { when: r => r.on, withinMs: 5 },
      measures: { n: { fn: 'count', of: 'B' } }
    });
    const [node] = found.to(lake('l')).toPlan().nodes.slice(2);
    expect(node).toMatchObject({
      op: 'pattern',
      config: {
        sequence: [
          { name: 'A', min: 1, max: 1 },
          { name: 'B', min: 0, max: null, when: { right: { kind: 'column', name: 'A.rpm' } } },
          { name: 'C', min: 2, max: null }
        ],
        contiguity: 'strict',
        withinMs: null,
        skip: { to: 'lastOf', variable: 'B' },
        absence: { withinMs: 5 },
        measures: [{ name: 'n', fn: 'count', of: 'B' }]
      }
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['nothing', () => keyed().lag(undefined as never), /lag: got nothing; expected \{ column, as \}/u],
    ['a pattern without a sequence', () => keyed().pattern({} as never), /pattern\.sequence: got nothing; expected a list/u],
    ['a guard that is no function', () => keyed().stateMachine({ initial: 'a', states: ['a'], transitions: [{ from: 'a', to: 'a', when: true as never }] }), /stateMachine\.transitions\[0\]\.when: got a boolean; expected an arrow function/u],
    ['a skip to nowhere', () => keyed().pattern({ sequence: [{ name: 'A', when: r => r.on }], skip: 'somewhere' as never }), /pattern\.skip\.to: got "somewhere"; expected one of/u],
    ['a smoothing without a weight', () => keyed().smooth({ column: 'rpm', as: 'y' } as never), /smooth\.decay\.alpha: it is missing/u]
  ])('say what is wrong with %s', (_, build, message) => {
    expect(build).toThrow(PlanError);
    expect(build).toThrow(message);
  });
});
