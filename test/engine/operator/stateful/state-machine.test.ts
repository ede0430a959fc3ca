import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import type { Schema } from '../../../../engine/schema/schema';
import type { StatefulPlan } from './stateful-runs';
import { messages, runEveryWay, runInPieces, runWhole, statefulPlan } from './stateful-runs';

const SCHEMA: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'k', type: 'utf8', nullable: true }, { name: 'x', type: 'float64', nullable: true }, { name: 'n', type: 'int64', nullable: true }] };
const when = (text: string): unknown => parseExpression(text, { schema: SCHEMA, subject: 'when' });

const config = {
  initial: 'idle',
  states: ['idle', 'running', 'lost', 'failed'],
  transitions: [
    { from: 'idle', to: 'running', when: when('r => r.x > 0') },
    { from: 'running', to: 'running', when: when('r => r.x > 0') },
    { from: 'running', to: 'idle', when: when('r => r.x === 0') },
    { from: '*', to: 'failed', when: when('r => r.x < 0') },
    { from: 'lost', to: 'idle', when: when('r => r.x > 0') }
  ],
  timeouts: [
    { state: 'running', afterMs: 10, to: 'lost' },
    { state: 'lost', afterMs: 50, to: 'failed' }
  ],
  columns: ['x']
};
const machine = (over: object = {}, maxOutOfOrdernessMs = 0): StatefulPlan => ({ op: 'stateMachine', config: { ...config, ...over }, source: { maxOutOfOrdernessMs } });

interface Record {
  readonly t: number;
  readonly k: string | null;
  readonly x: number | null;
}
interface Change {
  readonly k: string | null;
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  readonly durationMs: number;
  readonly x: number | null;
}

/** All changes of each key, by stepping through its sorted rows. */
function oracle(records: readonly Record[], keys: readonly (string | null)[]): Change[] {
  return keys.flatMap(k => {
    const rows = records.filter(record => record.k === k).sort((a, b) => a.t - b.t);
    const changes: Change[] = [];
    let state = 'idle';
    let sinceMs = rows[0]?.t ?? 0;
    let deadlineMs = Infinity;
    const enter = (to: string, atMs: number, x: number | null): void => {
      if (to !== state) {
        changes.push({ k, from: state, to, atMs, durationMs: atMs - sinceMs, x });
        sinceMs = atMs;
      }
      state = to;
      deadlineMs = atMs + (config.timeouts.find(timeout => timeout.state === to)?.afterMs ?? Infinity);
    };
    const expire = (untilMs: number): void => {
      while (deadlineMs <= untilMs && deadlineMs < Infinity) enter(config.timeouts.find(timeout => timeout.state === state)!.to, deadlineMs, null);
    };
    for (const { t, x } of rows) {
      expire(t);
      if (x === null) continue;
      if (state === 'idle' && x > 0) enter('running', t, x);
      else if (state === 'running' && x > 0) enter('running', t, x);
      else if (state === 'running' && x === 0) enter('idle', t, x);
      else if (x < 0) enter('failed', t, x);
      else if (state === 'lost' && x > 0) enter('idle', t, x);
    }
    expire(Infinity);
    return changes;
  });
}

describe('stateMachine', () => {
  it('gives a row for each change, and lets silent keys time out on the watermark of others', () => {
    const records = [[0, 'a', 0], [5, 'a', 1], [9, 'b', 2], [14, 'a', 3], [23, 'b', 0], [24, 'b', 0], [100, 'b', -1]].map(([t, k, x]) => ({ t: t as number, k: k as string, x: x as number }));
    const { rows } = runEveryWay(statefulPlan(machine()), messages(records));
    expect(rows.map(({ at, eventTimeMs, row }) => [at, eventTimeMs, row['k'], row['from'], row['to'], Number(row['durationMs']), row['x']])).toEqual([
      [2, 5, 'a', 'idle', 'running', 5, 1],
      [3, 9, 'b', 'idle', 'running', 0, 2],
      [4, 19, 'b', 'running', 'lost', 10, null],
      [5, 24, 'a', 'running', 'lost', 19, null],
      [6, 69, 'b', 'lost', 'failed', 50, null],
      [6, 74, 'a', 'lost', 'failed', 50, null]
    ]);
  });

  it('takes the first transition whose condition is true', () => {
    const transitions = ['running', 'lost'].map(to => ({ from: 'idle', to, when: when('r => true') }));
    const { rows } = runWhole(statefulPlan(machine({ transitions, timeouts: [] })), messages([{ t: 0, k: 'a' }]));
    expect(rows.map(({ row }) => row['to'])).toEqual(['running']);
  });

  it('gives what a naive recomputation gives, however the inputs are cut and wherever it is restored', () => {
    const record = fc.record({ t: fc.integer({ min: -40, max: 200 }), k: fc.constantFrom('a', 'b', null), x: fc.option(fc.integer({ min: -1, max: 2 })) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }), (records, pieces) => {
        const inputs = messages(records);
        const seen = runInPieces(statefulPlan(machine({}, 1000)), inputs, pieces);
        const byKey = (a: Change, b: Change): number => String(a.k).localeCompare(String(b.k)) || a.atMs - b.atMs;
        const changes = seen.rows.map(({ row }) => ({ ...row, durationMs: Number(row['durationMs']) }) as unknown as Change);
        expect([...changes].sort(byKey)).toEqual(oracle(records, ['a', 'b', null]).sort(byKey));
        const small = statefulPlan(machine({}, 10));
        expect(runInPieces(small, inputs, pieces)).toEqual(runInPieces(small, inputs, []));
      }),
      { numRuns: 100 }
    );
  });

  it.each([
    ['an initial state that is none', { initial: 'on' }, 'STATE_MACHINE'],
    ['a transition to nowhere', { transitions: [{ from: 'idle', to: 'runing', when: when('r => true') }] }, 'STATE_MACHINE'],
    ['a timeout of a state that is none', { timeouts: [{ state: 'on', afterMs: 1, to: 'idle' }] }, 'STATE_MACHINE'],
    ['timeouts that go round in a ring', { timeouts: [{ state: 'lost', afterMs: 1, to: 'idle' }, { state: 'idle', afterMs: 1, to: 'lost' }] }, 'STATE_MACHINE'],
    ['a timeout that leads to itself', { timeouts: [{ state: 'lost', afterMs: 1, to: 'lost' }] }, 'STATE_MACHINE'],
    ['two timeouts of one state', { timeouts: [{ state: 'lost', afterMs: 1, to: 'idle' }, { state: 'lost', afterMs: 2, to: 'idle' }] }, 'PLAN_INVALID'],
    ['a condition that is a number', { transitions: [{ from: 'idle', to: 'lost', when: when('r => r.x') }] }, 'EXPRESSION_TYPE'],
    ['a column that the row has anyhow', { columns: ['k'] }, 'DUPLICATE_COLUMN'],
    ['no time until the timeout', { timeouts: [{ state: 'lost', afterMs: 0, to: 'idle' }] }, 'PLAN_INVALID']
  ])('refuses %s', (_, over, code) => {
    expect(() => statefulPlan(machine(over))).toThrow(expect.objectContaining({ code }));
  });
});
