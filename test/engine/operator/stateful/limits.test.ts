import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../../engine/batch/batch';
import { Dictionary } from '../../../../engine/batch/batch';
import type { DeadLetter, Output, Progress } from '../../../../engine/operator/operator';
import { imbalance } from '../../../../engine/operator/counters';
import type { OrderedLogic, OrderedWork } from '../../../../engine/operator/stateful/ordered-operator';
import { OrderedOperator } from '../../../../engine/operator/stateful/ordered-operator';
import type { Schema } from '../../../../engine/schema/schema';
import { END, message } from '../../../support/graph-runs';
import { messages, runEveryWay, runInPieces, runWhole, statefulPlan } from './stateful-runs';

const SCHEMA: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'k', type: 'utf8', nullable: false }] };
const NO_PROGRESS: Progress = { count: 0, at: new Float64Array(0), watermarkMs: new Float64Array(0) };

/** Rows (event time, key) of inputs 0, 1, 2, … */
function batchOf(rows: readonly (readonly [t: number, k: string])[]): Batch {
  const dictionary = new Dictionary();
  const times = Float64Array.from(rows, ([t]) => t);
  const codes = Int32Array.from(rows, ([, k]) => dictionary.encode(k));
  return {
    schema: SCHEMA,
    rowCount: rows.length,
    columns: [{ kind: 'timestampMs', values: times, validity: null }, { kind: 'utf8', codes, dictionary, validity: null }],
    eventTimeMs: times,
    at: Float64Array.from(rows, (_, at) => at)
  };
}

/** Lets every row pass at its time. */
class PassLogic implements OrderedLogic {
  resize(): void {
    return;
  }
  row(_key: number, slot: number, work: OrderedWork): void {
    work.pass(slot);
  }
  save(): void {
    return;
  }
  load(): void {
    return;
  }
}

function run(limits: { readonly keysMax?: number; readonly rowsMax?: number; readonly bytesMax?: number }, rows: readonly (readonly [t: number, k: string])[]) {
  const operator = new OrderedOperator({ node: 'op', input: { schema: SCHEMA, keys: ['k'] }, schema: SCHEMA, order: 'eventTime', logic: new PassLogic(), ...limits });
  const letters: DeadLetter[] = [];
  const times: number[] = [];
  const output: Output = {
    emit: chunk => times.push(...chunk.batch.eventTimeMs),
    emitSide: () => undefined,
    deadLetter: letter => letters.push(letter),
    dropped: () => undefined,
    requestInference: () => undefined
  };
  operator.process({ batch: batchOf(rows), progress: NO_PROGRESS }, 0, output);
  expect(operator.counters.rowsInState).toBe(rows.length - letters.length);
  expect(imbalance(operator.counters)).toBe(0);
  operator.process({ batch: batchOf([]), progress: { count: 1, at: Float64Array.of(rows.length), watermarkMs: Float64Array.of(Infinity) } }, 0, output);
  expect(operator.counters.rowsInState).toBe(0);
  expect(imbalance(operator.counters)).toBe(0);
  return { times, letters: letters.map(({ at, code }) => [at, code]) };
}

describe('limits of stateful operators', () => {
  it('rows beyond the number that may wait go to the dead letters, and later ones find room again', () => {
    expect(run({ rowsMax: 2 }, [[5, 'a'], [3, 'a'], [4, 'b']])).toEqual({ times: [3, 5], letters: [[2, 'ROW_LIMIT']] });
  });

  it('rows whose texts are too much to keep go to the dead letters, shorter ones find room', () => {
    expect(run({ bytesMax: 10 }, [[5, 'abc'], [3, 'abc'], [4, 'de']])).toEqual({ times: [4, 5], letters: [[1, 'ROW_LIMIT']] });
  });

  it('rows of keys beyond the limit go to the dead letters, those of known keys do not', () => {
    expect(run({ keysMax: 2 }, [[1, 'a'], [2, 'b'], [3, 'c'], [4, 'a']])).toEqual({ times: [1, 2, 4], letters: [[2, 'KEY_LIMIT']] });
  });

  it('an operator that keeps many values of a key takes fewer keys', () => {
    const plan = statefulPlan({ op: 'lag', config: { column: 'x', as: 'y', rows: 100_000 } });
    const { rows, letters, metrics } = runWhole(plan, messages(Array.from({ length: 170 }, (_, t) => ({ t, k: `k${t}`, x: t }))));
    expect(rows).toHaveLength(167);
    expect(letters.map(({ at, code }) => [at, code])).toEqual([167, 168, 169].map(at => [at, 'KEY_LIMIT']));
    expect(metrics.totals.deadLetters).toEqual({ KEY_LIMIT: 3 });
  });

  it('a stream that is idle is idle behind an operator that holds its rows, too', () => {
    const plan = statefulPlan({ op: 'debounce', config: { quietMs: 5 }, source: { idleTimeoutMs: 10 } });
    const inputs = [message({ t: 0, k: 'a', x: 1 }, { arrivalTimeMs: 0 }), { kind: 'tick', arrivalTimeMs: 20 } as const, message({ t: 30, k: 'a', x: 2 }, { arrivalTimeMs: 30 }), END];
    const { rows } = runEveryWay(plan, inputs);
    expect(rows.map(({ at, row }) => [at, row['x']])).toEqual([[2, 1], [3, 2]]);
    expect(runInPieces(plan, inputs, [1, 1, 1]).rows).toEqual(rows);
  });
});

describe('rows that are held', () => {
  const types = ['bool', 'int32', 'int64', 'float32', 'float64', 'utf8', 'timestampMs', 'binary', { list: 'float32' }, { list: 'int32', size: 2 }] as const;
  const fields = types.map((type, index) => ({ name: `c${index}`, type, nullable: true }));
  const schema: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, ...fields] };
  const some = ['true', '-5', '9007199254740993', '0.1', '-0.1', '"é€𝄞"', '86400000', '"AP8="', '[0.1, -2]', '[1, 2]'];
  const others = ['false', '7', '-1', '2.5', '1e300', '""', '-1', '""', '[]', '[3, 4]'];
  const payload = (t: number, values: readonly string[]): string => `{"t":${t}${values.map((value, index) => `,"c${index}":${value}`).join('')}}`;
  const inputs = [payload(0, some), payload(1, types.map(() => 'null')), payload(2, others), payload(3, some)].map(text => message(text));

  it.each(types.map((type, index) => ({ type: JSON.stringify(type), column: `c${index}` })))('give back values of type $type as they were', ({ column }) => {
    for (const [op, extra] of [['lag', {}], ['lead', { withinMs: null }]] as const) {
      const plan = statefulPlan({ op, config: { column, as: 'y', rows: 1, ...extra }, keys: [], source: { schema } });
      const { rows } = runEveryWay(plan, [...inputs, END]);
      const values = rows.map(({ row }) => row[column]);
      expect(values[0]).not.toBeNull();
      expect(rows.map(({ row }) => row['y'])).toEqual(op === 'lag' ? [null, ...values.slice(0, -1)] : [...values.slice(1), null]);
    }
  });

  it('are compared by value when changes are reported', () => {
    const plan = statefulPlan({ op: 'reportByException', config: { columns: fields.map(({ name }) => name), maxSilenceMs: null }, keys: [], source: { schema } });
    const twice = [some, some, others, others, types.map(() => 'null'), types.map(() => 'null'), some].map((values, t) => message(payload(t, values)));
    expect(runEveryWay(plan, [...twice, END]).rows.map(({ row }) => row['t'])).toEqual([0, 2, 4, 6]);
  });
});
