import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Batch, Column } from '../../engine/batch/batch';
import { concatBatches } from '../../engine/batch/concat';
import { createGraph } from '../../engine/graph/create-graph';
import type { SinkEmission } from '../../engine/graph/graph-api';
import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';
import type { TumblingQuery } from './tumbling-data';
import { batchOf, ROWS, TUMBLING_PLAN, TUMBLING_TABLES_SQL, tumblingRows, tumblingSql } from './tumbling-data';
import type { LoopResult } from './tumbling-loop';
import { tumblingLoop } from './tumbling-loop';

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

function runGraph(batch: Batch): readonly SinkEmission[] {
  const graph = createGraph(TUMBLING_PLAN);
  graph.pushRows('in', batch);
  graph.push([{ kind: 'end' }]);
  const { emissions } = graph.take();
  if (graph.metrics().totals.conservationError !== 0) throw new Error('the graph lost rows');
  return emissions;
}

/** One array per result column, keys by number. */
function resultOf(emissions: readonly SinkEmission[]): LoopResult {
  const batch = concatBatches(emissions[0]!.batch.schema, emissions.map(each => each.batch));
  const column = (name: string): Column => batch.columns[batch.schema.fields.findIndex(field => field.name === name)]!;
  const key = column('k');
  if (key.kind !== 'utf8') throw new Error('keys are text');
  const numberOfCode = key.dictionary.values.map(text => Number(text.slice('sensor-'.length)));
  return {
    rowCount: batch.rowCount,
    starts: numbers(column('windowStartMs')),
    keys: key.codes.map(code => numberOfCode[code]!),
    counts: numbers(column('n')),
    sums: numbers(column('s')),
    means: numbers(column('m')),
    minima: numbers(column('lo')),
    maxima: numbers(column('hi'))
  };
}

function numbers(column: Column): Float64Array {
  if (column.kind === 'utf8' || column.kind === 'list' || column.kind === 'binary') throw new Error(`numbers, not ${column.kind}`);
  return column.values instanceof Float64Array ? column.values : Float64Array.from(column.values, Number);
}

async function openDuckDb(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(TUMBLING_TABLES_SQL);
  return connection;
}

async function duckdbResult(connection: DuckDBConnection): Promise<LoopResult> {
  const reader = await connection.runAndReadAll("SELECT start::DOUBLE, replace(k::VARCHAR, 'sensor-', '')::DOUBLE AS k, n::DOUBLE, s, m, lo, hi FROM result ORDER BY start, k");
  const [starts, keys, counts, sums, means, minima, maxima] = reader.getColumns().map(values => Float64Array.from(values, Number));
  return { rowCount: reader.currentRowCount, starts: starts!, keys: Int32Array.from(keys!), counts: counts!, sums: sums!, means: means!, minima: minima!, maxima: maxima! };
}

function assertSameRows(seen: LoopResult, expected: LoopResult, relTolerance: number, by: string): void {
  if (seen.rowCount !== expected.rowCount) throw new Error(`${seen.rowCount} result rows, ${expected.rowCount} by ${by}`);
  const order = Array.from({ length: seen.rowCount }, (_, row) => row).sort((a, b) => seen.starts[a]! - seen.starts[b]! || seen.keys[a]! - seen.keys[b]!);
  for (const name of ['starts', 'keys', 'counts', 'sums', 'means', 'minima', 'maxima'] as const) {
    const tolerance = name === 'sums' || name === 'means' ? relTolerance : 0;
    order.forEach((from, row) => {
      const value = seen[name][from]!;
      const wanted = expected[name][row]!;
      if (Math.abs(value - wanted) > tolerance * Math.max(1, Math.abs(wanted))) throw new Error(`${name} of row ${row} is ${value}, by ${by} ${wanted}`);
    });
  }
}
