import type { Plan } from '../../engine/plan/plan';
import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';
import { batchOf, TUMBLING_PLAN, tumblingRows } from './tumbling-data';
import { assertSameRows, duckdbResult, openDuckDb, resultOf, runGraph } from './tumbling-run';

const RUNS = 3;
const WARM_UPS = 2;
const SESSION_ROWS = 2_000_000;
const GAP_MS = 700;
const REL_TOLERANCE = 1e-9;

const PLAN: Plan = {
  ...TUMBLING_PLAN,
  name: 'bench-session',
  nodes: TUMBLING_PLAN.nodes.map(node => (node.op === 'window' ? { ...node, config: { ...node.config, window: { kind: 'session', gapMs: GAP_MS, maxDurationMs: null } } } : node))
};

/** Where the time since the row before is more than the gap, a further session begins. */
const SQL = `
  CREATE OR REPLACE TEMP TABLE result AS
  SELECT k, min(t) AS start, count(*) AS n, sum(x) AS s, avg(x) AS m, min(x) AS lo, max(x) AS hi
  FROM (SELECT k, t, x, sum(begins) OVER (PARTITION BY k ORDER BY t ROWS UNBOUNDED PRECEDING) AS number
        FROM (SELECT k, t, x, CASE WHEN t - lag(t) OVER (PARTITION BY k ORDER BY t) <= ${GAP_MS} THEN 0 ELSE 1 END AS begins FROM rows_enum))
  GROUP BY k, number`;

/** 2 M rows, 1 000 keys, 5 aggregates, 1.5 s of disorder, a gap of 0.7 s: Littoral against native DuckDB with one thread, which sorts the rows by key and time. */
export async function bench(): Promise<BenchResult[]> {
  const batch = batchOf(tumblingRows(SESSION_ROWS), PLAN);
  const duckdb = await openDuckDb(SESSION_ROWS);
  await duckdb.run(SQL);
  assertSameRows(resultOf(runGraph(batch, PLAN)), await duckdbResult(duckdb), REL_TOLERANCE, 'DuckDB');
  for (let run = 0; run < WARM_UPS; run++) runGraph(batch, PLAN);
  const values: number[] = [];
  const referenceValues: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    values.push(await rate(() => runGraph(batch, PLAN)));
    referenceValues.push(await rate(() => duckdb.run(SQL)));
  }
  duckdb.closeSync();
  return [benchResult({ name: `session window, ${SESSION_ROWS / 1e6} M rows, 1 000 keys, 5 aggregates`, unit: 'Mrows/s', reference: 'native DuckDB, 1 thread, LAG and SUM OVER', values, referenceValues })];
}

async function rate(job: () => unknown): Promise<number> {
  const startMs = performance.now();
  await job();
  return SESSION_ROWS / 1_000 / (performance.now() - startMs);
}
