import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Batch, Column } from '../../engine/batch/batch';
import { concatBatches } from '../../engine/batch/concat';
import { createGraph } from '../../engine/graph/create-graph';
import type { SinkEmission } from '../../engine/graph/graph-api';
import type { Plan } from '../../engine/plan/plan';
import { TUMBLING_PLAN, tumblingTablesSql } from './tumbling-data';
import type { LoopResult } from './tumbling-loop';

/** What the job of `plan` emits for the rows of `batch`. */
export function runGraph(batch: Batch, plan: Plan = TUMBLING_PLAN): readonly SinkEmission[] {
  const graph = createGraph(plan);
  graph.pushRows('in', batch);
  graph.push([{ kind: 'end' }]);
  const { emissions } = graph.take();
  if (graph.metrics().totals.conservationError !== 0) throw new Error('the graph lost rows');
  return emissions;
}

/** One array per result column, keys by number. */
export function resultOf(emissions: readonly SinkEmission[]): LoopResult {
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

/** Native DuckDB with one thread and the rows loaded. */
export async function openDuckDb(rowCount?: number, keyCount?: number): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(tumblingTablesSql(rowCount, keyCount));
  return connection;
}

/** The rows of the table `result`. */
export async function duckdbResult(connection: DuckDBConnection): Promise<LoopResult> {
  const reader = await connection.runAndReadAll("SELECT start::DOUBLE, replace(k::VARCHAR, 'sensor-', '')::DOUBLE AS k, n::DOUBLE, s, m, lo, hi FROM result ORDER BY start, k");
  const [starts, keys, counts, sums, means, minima, maxima] = reader.getColumns().map(values => Float64Array.from(values, Number));
  return { rowCount: reader.currentRowCount, starts: starts!, keys: Int32Array.from(keys!), counts: counts!, sums: sums!, means: means!, minima: minima!, maxima: maxima! };
}

/** Throws when the rows differ, floats by more than `relTolerance`. */
export function assertSameRows(seen: LoopResult, expected: LoopResult, relTolerance: number, by: string): void {
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
