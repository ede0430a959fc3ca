import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';
import type { TumblingQuery } from './tumbling-data';
import { batchOf, ROWS, TUMBLING_PLAN, tumblingRows, tumblingSql } from './tumbling-data';
import { tumblingLoop } from './tumbling-loop';
import { assertSameRows, duckdbResult, openDuckDb, resultOf, runGraph } from './tumbling-run';

const RUNS = 7;
const WARM_UPS = 3;
const QUERIES: readonly (TumblingQuery & { readonly name: string })[] = [
  { name: 'native DuckDB, 1 thread, enum key, plain sum and avg', key: 'enum', sums: 'plain' },
  { name: 'native DuckDB, 1 thread, integer key, plain sum and avg', key: 'integer', sums: 'plain' },
  { name: 'native DuckDB, 1 thread, integer key, compensated fsum and favg (the same meaning)', key: 'integer', sums: 'compensated' }
];
const REL_TOLERANCE = 1e-9;

/** 10 M rows, 1 000 keys, 5 aggregates, 1.5 s of disorder: Littoral against native DuckDB with one thread and a hand-written loop. */
export async function bench(): Promise<BenchResult[]> {
  const rows = tumblingRows();
  const batch = batchOf(rows, TUMBLING_PLAN);
  const duckdb = await openDuckDb();
  assertSameRows(resultOf(runGraph(batch)), tumblingLoop(rows), 0, 'the hand-written loop');
  for (const query of QUERIES) {
    await duckdb.run(tumblingSql(query));
    assertSameRows(resultOf(runGraph(batch)), await duckdbResult(duckdb), REL_TOLERANCE, query.name);
  }

  const littoral: number[] = [];
  const byHand: number[] = [];
  const native = QUERIES.map(({ name }) => ({ name, rates: [] as number[] }));
  for (let run = 0; run < WARM_UPS; run++) {
    runGraph(batch);
    tumblingLoop(rows);
  }
  for (let run = 0; run < RUNS; run++) {
    littoral.push(await rate(() => runGraph(batch)));
    byHand.push(await rate(() => tumblingLoop(rows)));
    for (const [index, query] of QUERIES.entries()) native[index]!.rates.push(await rate(() => duckdb.run(tumblingSql(query))));
  }
  duckdb.closeSync();
  const name = 'tumbling window, 10 M rows, 1 000 keys, 5 aggregates';
  const unit = 'Mrows/s';
  return [
    ...native.map(({ name: reference, rates }) => benchResult({ name, unit, reference, values: littoral, referenceValues: rates })),
    benchResult({ name, unit, reference: 'hand-written loop, compensated sums', values: littoral, referenceValues: byHand })
  ];
}

async function rate(job: () => unknown): Promise<number> {
  const startMs = performance.now();
  await job();
  return ROWS / 1_000 / (performance.now() - startMs);
}
