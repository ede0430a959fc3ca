import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../../engine/batch/batch';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Plan } from '../../../../engine/plan/plan';
import type { Schema } from '../../../../engine/schema/schema';
import { collect, collected, END } from '../../../support/graph-runs';
import type { ReferenceCase } from '../../../support/reference';
import { passes, plain, referenceCases, referenceJson } from '../../../support/reference';
import { statefulPlan } from './stateful-runs';

type Numbers = readonly (number | null)[];
type Params = Readonly<Record<string, number | boolean | string>>;
type RowOut = Readonly<Record<string, unknown>>;

/** How a case is run as an operator, and its result read from the rows. */
interface Streamed {
  readonly op: string;
  config(params: Params): object;
  read(rows: readonly RowOut[], params: Params): unknown;
}

const column = { column: 'x', as: 'y' };
const results = (rows: readonly RowOut[]): unknown => rows.map(row => row['y']);
const decayOf = (params: Params): object => ('span' in params ? { span: params['span'] } : 'halflife' in params ? { halfLifeRows: params['halflife'] } : { alpha: params['alpha'] });

/** pandas' name of a statistic, with its defaults. */
function aggregateOf(params: Params): object {
  const fn = String(params['fn']);
  const named: Readonly<Record<string, object>> = {
    std: { fn: 'stddev', options: { ddof: params['ddof'] } },
    var: { fn: 'variance', options: { ddof: params['ddof'] } },
    quantile: { fn, options: { q: params['q'] } },
    skew: { fn: 'skewness', options: { bias: false } },
    kurt: { fn: 'kurtosis', options: { bias: false } }
  };
  return named[fn] ?? { fn };
}

const streamed: Readonly<Record<string, Streamed>> = {
  exponentialSmoothing: { op: 'smooth', config: params => ({ ...column, decay: decayOf(params), adjust: params['adjust'], ignoreNull: params['ignoreNull'], varianceAs: null, bias: false }), read: results },
  exponentialVariance: {
    op: 'smooth',
    config: params => ({ ...column, as: 'mean', decay: decayOf(params), adjust: params['adjust'], ignoreNull: false, varianceAs: 'y', bias: params['bias'] }),
    read: results
  },
  diff: { op: 'diff', config: params => ({ ...column, order: params['n'] }), read: (rows, params) => rows.slice(Number(params['n'])).map(row => row['y']) },
  cusum: {
    op: 'cusum',
    config: params => ({ ...column, target: params['target'], slack: params['k'], threshold: params['h'], reset: params['reset'] }),
    read: (rows, params) => ({
      high: rows.map(row => row['yHigh']),
      low: rows.map(row => row['yLow']),
      alarms: rows.flatMap((row, index) => (row['yAlarm'] === true ? [{ index, side: Number(row['yHigh']) > Number(params['h']) ? 'high' : 'low' }] : []))
    })
  },
  rollingRows: {
    op: 'rolling',
    config: params => ({ span: { rows: params['rows'] }, presentMin: params['minPeriods'], aggregates: [{ name: 'y', column: 'x', ...aggregateOf(params) }] }),
    read: rows => rows.map(row => (Number.isNaN(row['y']) ? null : row['y']))
  },
  zscore: { op: 'zScore', config: params => ({ ...column, rows: null, against: 'all', ddof: params['ddof'] }), read: rows => rows.at(-1)!['y'] }
};

const signals = new Map((referenceJson('signals.inputs.json') as { name: string; values: unknown }[]).map(line => [`@${line.name}`, plain(line.values) as number[]]));

function inputOf(reference: ReferenceCase): Numbers {
  const x = (reference.input as Readonly<Record<string, unknown>>)['x'];
  return typeof x === 'string' ? signals.get(x)! : (plain(x) as Numbers);
}

function differences(seen: unknown, expected: unknown, reference: ReferenceCase): readonly unknown[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(seen) || seen.length !== expected.length) return [{ seen, expected }];
    return expected.flatMap((item, index) => differences(seen[index], item, reference));
  }
  if (typeof expected === 'object' && expected !== null) return Object.entries(expected).flatMap(([name, item]) => differences((seen as RowOut)[name], item, reference));
  const equal = typeof expected === 'number' ? typeof seen === 'number' && passes(seen, expected, reference.relTolerance, reference.absTolerance) : seen === expected;
  return equal ? [] : [{ seen, expected }];
}

/** All rows in one push, and one by one with a restore now and then, which give the same. NaN cannot come as JSON, so decoded rows are pushed. */
function stream(op: Streamed, params: Params, x: Numbers): unknown {
  const plan = statefulPlan({ op: op.op, config: op.config(params), keys: [], source: { schema: SCHEMA } });
  const whole = run(plan, x, x.length);
  expect(run(plan, x, 1)).toEqual(whole);
  return op.read(whole, params);
}

const RESTORE_EVERY = 40;

function run(plan: Plan, x: Numbers, size: number): readonly RowOut[] {
  let graph = createGraph(plan);
  const seen = collected();
  for (let from = 0; from < x.length; from += size) {
    graph.pushRows('in', batchOf(x.slice(from, from + size), from));
    collect(graph.take(), seen);
    if (from % RESTORE_EVERY !== RESTORE_EVERY - 1) continue;
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
  }
  graph.push([END]);
  collect(graph.take(), seen);
  expect(graph.metrics().totals.conservationError).toBe(0);
  return seen.rows.map(({ row }) => row);
}

const SCHEMA: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'x', type: 'float64', nullable: true }] };

function batchOf(x: Numbers, firstMs: number): Batch {
  const times = Float64Array.from(x, (_, i) => firstMs + i);
  const columns = [{ kind: 'timestampMs', values: times, validity: null }, { kind: 'float64', values: Float64Array.from(x, value => value ?? 0), validity: Uint8Array.from(x, value => (value === null ? 0 : 1)) }] as const;
  return { schema: SCHEMA, rowCount: x.length, columns, eventTimeMs: times, at: times };
}

describe('stateful operators against pandas, NumPy and SciPy, row by row', () => {
  for (const reference of referenceCases('signals.json')) {
    const op = streamed[reference.op!];
    if (op === undefined) continue;
    it(reference.name, () => {
      const params = reference.params as Params;
      const x = inputOf(reference);
      const expected = plain(reference.expected);
      if (reference.op !== 'zscore') {
        expect(differences(stream(op, params, x), expected, reference)).toEqual([]);
        return;
      }
      const scores = expected as Numbers;
      for (const last of new Set([0, Math.floor(x.length / 2), x.length - 1])) {
        const rotated = [...x.slice(last + 1), ...x.slice(0, last + 1)];
        expect(differences(stream(op, params, rotated), scores[last], reference)).toEqual([]);
      }
    });
  }
});
