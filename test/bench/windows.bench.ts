import { createGraph } from '../../engine/graph/create-graph';
import type { SinkEmission } from '../../engine/graph/graph-api';
import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';
import type { TumblingRows } from './tumbling-data';
import { batchOf, KEYS, SIZE_MS, TUMBLING_PLAN, tumblingRows, tumblingSql, windowPlan } from './tumbling-data';
import { assertSameRows, duckdbResult, openDuckDb, resultOf, runGraph } from './tumbling-run';

const RUNS = 3;
const MANY_KEYS = 100_000;
const MANY_ROWS = 10_000_000;
const REL_TOLERANCE = 1e-9;
const HOPS = 10;
const HOPPING_ROWS = 1_000_000;
const GROWTH_ROWS = 1_000_000;
const GROWTH_ROWS_PER_KEY = 4;
const GROWTH_RUNS = 2;
const GROWTH_KEYS = [1_000, 10_000, 100_000, 1_000_000];
const LONG_ROWS = [100_000, 1_000_000, 10_000_000, 100_000_000];

/** Windows beyond the tumbling one of a thousand keys: many keys, hopping, snapshots, and how costs grow. */
export async function bench(): Promise<BenchResult[]> {
  return [...(await manyKeys()), hopping(), ...snapshots(), ...growthOfKeys(), ...growthOfRows()];
}

async function manyKeys(): Promise<BenchResult[]> {
  const batch = batchOf(tumblingRows(MANY_ROWS, MANY_KEYS), TUMBLING_PLAN, MANY_KEYS);
  const duckdb = await openDuckDb(MANY_ROWS, MANY_KEYS);
  const queries = (['plain', 'compensated'] as const).map(sums => ({ sql: tumblingSql({ key: 'integer', sums }), reference: `native DuckDB, 1 thread, integer key, ${sums} sums`, rates: [] as number[] }));
  for (const { sql, reference } of queries) {
    await duckdb.run(sql);
    assertSameRows(resultOf(runGraph(batch)), await duckdbResult(duckdb), REL_TOLERANCE, reference);
  }
  const littoral: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    littoral.push(await rate(MANY_ROWS, () => runGraph(batch)));
    for (const { sql, rates } of queries) rates.push(await rate(MANY_ROWS, () => duckdb.run(sql)));
  }
  duckdb.closeSync();
  return queries.map(({ reference, rates }) => benchResult({ name: `tumbling window, ${MANY_ROWS / 1e6} M rows, 100 000 keys, 5 aggregates`, unit: 'Mrows/s', reference, values: littoral, referenceValues: rates }));
}

/** Each row is in ten windows; the rate is that of rows times windows. */
function hopping(): BenchResult {
  const batch = batchOf(tumblingRows(HOPPING_ROWS), TUMBLING_PLAN);
  const plan = windowPlan({ kind: 'hopping', sizeMs: SIZE_MS, hopMs: SIZE_MS / HOPS, offsetMs: 0 });
  const total = (emissions: readonly SinkEmission[]): number => resultOf(emissions).counts.reduce((sum, n) => sum + n, 0);
  if (total(runGraph(batch, plan)) !== HOPS * total(runGraph(batch))) throw new Error('not every row is in ten windows');
  const values: number[] = [];
  const referenceValues: number[] = [];
  for (let run = 0; run < RUNS + 2; run++) {
    values.push(rateOf(HOPPING_ROWS * HOPS, () => runGraph(batch, plan)));
    referenceValues.push(rateOf(HOPPING_ROWS, () => runGraph(batch)));
  }
  return benchResult({ name: 'hopping window, 10 windows per row, 1 000 keys, 5 aggregates', unit: 'M window rows/s', reference: 'tumbling window', values, referenceValues });
}

/** Time to save and to restore the state of 100 000 keys with an open window each, and its size. */
function snapshots(): BenchResult[] {
  const rows = tumblingRows(MANY_KEYS, MANY_KEYS);
  rows.keys.forEach((_, row) => (rows.keys[row] = row));
  const batch = batchOf(rows, TUMBLING_PLAN, MANY_KEYS);
  const graph = createGraph(windowPlan({ kind: 'tumbling', sizeMs: 86_400_000, offsetMs: 0 }));
  graph.pushRows('in', batch);
  const saves: number[] = [];
  const restores: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS + 2; run++) {
    const startMs = performance.now();
    const snapshot = graph.snapshot();
    saves.push(performance.now() - startMs);
    bytes = snapshot.length;
    const restored = createGraph(windowPlan({ kind: 'tumbling', sizeMs: 86_400_000, offsetMs: 0 }));
    const restoreMs = performance.now();
    restored.restore(snapshot);
    restores.push(performance.now() - restoreMs);
    if (Buffer.compare(restored.snapshot(), snapshot) !== 0) throw new Error('the snapshot of what was restored differs');
  }
  const goal = { reference: 'goal', referenceValues: [100] };
  return [
    benchResult({ name: `snapshot of 100 000 keys, ${(bytes / 1e6).toFixed(1)} MB`, unit: 'ms', values: saves, ...goal }),
    benchResult({ name: `restore of 100 000 keys, ${(bytes / 1e6).toFixed(1)} MB`, unit: 'ms', values: restores, ...goal })
  ];
}

/** Cost of a row, against that with a thousand keys; making the keys known is part of it. */
function growthOfKeys(): BenchResult[] {
  const costs = GROWTH_KEYS.map(keyCount => {
    const rowCount = Math.max(GROWTH_ROWS, GROWTH_ROWS_PER_KEY * keyCount);
    const batch = batchOf(tumblingRows(rowCount, keyCount), TUMBLING_PLAN, keyCount);
    const job = (): unknown => runGraph(batch, windowPlan({ kind: 'tumbling', sizeMs: 86_400_000, offsetMs: 0 }));
    return Array.from({ length: GROWTH_RUNS }, () => 1_000 / rateOf(rowCount, job));
  });
  return costs.map((values, index) => benchResult({ name: `tumbling window, ${GROWTH_KEYS[index]!} keys, ${Math.max(GROWTH_ROWS, GROWTH_ROWS_PER_KEY * GROWTH_KEYS[index]!) / 1e6} M rows`, unit: 'ns/row', reference: '1 000 keys', values, referenceValues: costs[0]! }));
}

/** Cost of a row in long streams, against that in a short one. */
function growthOfRows(): BenchResult[] {
  const rows = tumblingRows(LONG_ROWS[0]!);
  const costs = LONG_ROWS.map(rowCount => 1e6 * longRunMs(rows, rowCount) / rowCount);
  return costs.map((cost, index) => benchResult({ name: `tumbling window, ${LONG_ROWS[index]!} rows, 1 000 keys`, unit: 'ns/row', reference: `${LONG_ROWS[0]!} rows`, values: [cost], referenceValues: [costs[0]!] }));
}

/** The rows again and again, each time as much later as they are long. */
function longRunMs(rows: TumblingRows, rowCount: number): number {
  const { length } = rows.times;
  const laterMs = length / 10;
  const graph = createGraph(TUMBLING_PLAN);
  let elapsedMs = 0;
  let counted = 0;
  for (let done = 0; done < rowCount; done += length) {
    const times = rows.times.map(time => time + (done / length) * laterMs);
    const batch = batchOf({ ...rows, times }, TUMBLING_PLAN, KEYS);
    const startMs = performance.now();
    graph.pushRows('in', batch);
    if (done + length >= rowCount) graph.push([{ kind: 'end' }]);
    const { emissions } = graph.take();
    elapsedMs += performance.now() - startMs;
    for (const emission of emissions) counted += resultOf([emission]).counts.reduce((sum, n) => sum + n, 0);
  }
  if (counted !== rowCount || graph.metrics().totals.conservationError !== 0) throw new Error(`${counted} of ${rowCount} rows counted`);
  return elapsedMs;
}

function rateOf(rowCount: number, job: () => unknown): number {
  const startMs = performance.now();
  job();
  return rowCount / 1_000 / (performance.now() - startMs);
}

async function rate(rowCount: number, job: () => unknown): Promise<number> {
  const startMs = performance.now();
  await job();
  return rowCount / 1_000 / (performance.now() - startMs);
}
