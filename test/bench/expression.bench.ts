import type { Batch } from '../../engine/batch/batch';
import { parseExpression } from '../../engine/expression/parse';
import { filter } from '../../engine/operator/filter';
import type { Chunk, Operator, Output } from '../../engine/operator/operator';
import { select } from '../../engine/operator/select';
import type { Schema } from '../../engine/schema/schema';
import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';

const BATCH_ROWS = 8192;
const BATCHES = 256;
const ROWS = BATCH_ROWS * BATCHES;
const RUNS = 15;
const WARM_UPS = 5;

const schema: Schema = { fields: ['x', 'y', 'k'].map(name => ({ name, type: 'float64', nullable: false })) };

interface Reading {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}
/** Ten nodes: five operations, five operands. */
const vibration = (r: Reading): number => Math.sqrt(r.x * r.x + r.y * r.y) * r.k;
/** Eleven nodes without a costly one among them, which leaves nothing to hide reading and writing behind. */
const scaled = (r: Reading): number => ((r.x * 1.8 + r.y - r.k) * r.x) / 9.81;
/** Half of the rows. */
const isStrong = (r: Reading): boolean => r.x > 0.25 && r.k < 1.5;

interface Columns {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly k: Float64Array;
  readonly eventTimeMs: Float64Array;
  readonly at: Float64Array;
}
type Job = (batches: readonly Columns[]) => readonly Float64Array[];

/** Filter and derive with an expression of ten nodes: Littoral against a loop over typed arrays that calls the same arrow functions. */
export async function bench(): Promise<BenchResult[]> {
  const batches = Array.from({ length: BATCHES }, (_, index) => columnsOf(index));
  const results = [
    compare('derive, 10 nodes with a root, 2 M rows', batches, operatorJob([deriveOperator(vibration)]), deriveLoop),
    compare('derive, 11 nodes without, 2 M rows', batches, operatorJob([deriveOperator(scaled)]), scaledLoop),
    compare('filter + derive, 10 nodes, 2 M rows', batches, operatorJob([filterOperator(), deriveOperator(vibration)]), filterDeriveLoop)
  ];
  return Promise.resolve(results);
}

function compare(name: string, batches: readonly Columns[], littoral: Job, byHand: Job): BenchResult {
  assertSame(littoral(batches), byHand(batches), name);
  const values: number[] = [];
  const referenceValues: number[] = [];
  for (let run = 0; run < WARM_UPS + RUNS; run++) {
    const rates = [rate(() => littoral(batches)), rate(() => byHand(batches))] as const;
    if (run < WARM_UPS) continue;
    values.push(rates[0]);
    referenceValues.push(rates[1]);
  }
  return benchResult({ name, unit: 'Mrows/s', reference: 'the same arrow functions in a loop over typed arrays', values, referenceValues });
}

function rate(job: () => unknown): number {
  const startMs = performance.now();
  job();
  return ROWS / 1000 / (performance.now() - startMs);
}

function columnsOf(index: number): Columns {
  const column = (seed: number, scale: number): Float64Array => Float64Array.from({ length: BATCH_ROWS }, (_, row) => ((Math.imul(row + index * BATCH_ROWS, seed) >>> 0) / 2 ** 32) * scale);
  const at = Float64Array.from({ length: BATCH_ROWS }, (_, row) => index * BATCH_ROWS + row);
  return { x: column(2_654_435_761, 1), y: column(2_246_822_519, 1), k: column(3_266_489_917, 2.25), eventTimeMs: at.map(row => 1_700_000_000_000 + row), at };
}

function filterOperator(): Operator {
  const predicate = parseExpression(isStrong.toString(), { schema });
  return filter.create({ predicate }, [{ schema, keys: [] }], 'filter');
}

function deriveOperator(derive: (r: Reading) => number): Operator {
  const expression = parseExpression(derive.toString(), { schema });
  return select.create({ columns: [{ name: 'v', expression }] }, [{ schema, keys: [] }], 'derive');
}

/** Result, event time and arrival of each row that comes out of the last operator. */
function operatorJob(operators: readonly Operator[]): Job {
  let out: Float64Array[] = [];
  const outputOf = (index: number): Output => ({
    emit: chunk => (index + 1 < operators.length ? operators[index + 1]!.process(chunk, 0, outputs[index + 1]!) : take(chunk)),
    emitSide: () => undefined,
    deadLetter: () => undefined,
    dropped: () => undefined,
    requestInference: () => undefined
  });
  const outputs = operators.map((_, index) => outputOf(index));
  const take = ({ batch }: Chunk): void => {
    const [v] = batch.columns;
    if (v?.kind !== 'float64') throw new Error('the result is float64');
    out.push(v.values, batch.eventTimeMs, batch.at);
  };
  return batches => {
    out = [];
    for (const { x, y, k, eventTimeMs, at } of batches) {
      const batch: Batch = { schema, rowCount: BATCH_ROWS, columns: [x, y, k].map(values => ({ kind: 'float64', values, validity: null })), eventTimeMs, at };
      operators[0]!.process({ batch, progress: { count: 0, at: new Float64Array(0), watermarkMs: new Float64Array(0) } }, 0, outputs[0]!);
    }
    return out;
  };
}

function deriveLoop(batches: readonly Columns[]): readonly Float64Array[] {
  return batches.flatMap(({ x, y, k, eventTimeMs, at }) => {
    const v = new Float64Array(BATCH_ROWS);
    for (let i = 0; i < BATCH_ROWS; i++) v[i] = vibration({ x: x[i]!, y: y[i]!, k: k[i]! });
    return [v, eventTimeMs, at];
  });
}

function scaledLoop(batches: readonly Columns[]): readonly Float64Array[] {
  return batches.flatMap(({ x, y, k, eventTimeMs, at }) => {
    const v = new Float64Array(BATCH_ROWS);
    for (let i = 0; i < BATCH_ROWS; i++) v[i] = scaled({ x: x[i]!, y: y[i]!, k: k[i]! });
    return [v, eventTimeMs, at];
  });
}

function filterDeriveLoop(batches: readonly Columns[]): readonly Float64Array[] {
  return batches.flatMap(({ x, y, k, eventTimeMs, at }) => {
    const v = new Float64Array(BATCH_ROWS);
    const keptTimes = new Float64Array(BATCH_ROWS);
    const keptAt = new Float64Array(BATCH_ROWS);
    let kept = 0;
    for (let i = 0; i < BATCH_ROWS; i++) {
      const reading = { x: x[i]!, y: y[i]!, k: k[i]! };
      if (!isStrong(reading)) continue;
      v[kept] = vibration(reading);
      keptTimes[kept] = eventTimeMs[i]!;
      keptAt[kept++] = at[i]!;
    }
    return [v.subarray(0, kept), keptTimes.subarray(0, kept), keptAt.subarray(0, kept)];
  });
}

function assertSame(seen: readonly Float64Array[], wanted: readonly Float64Array[], name: string): void {
  if (seen.length !== wanted.length) throw new Error(`${name}: ${seen.length} arrays instead of ${wanted.length}`);
  seen.forEach((values, index) => {
    const expected = wanted[index]!;
    if (values.length !== expected.length || values.some((value, row) => value !== expected[row])) throw new Error(`${name}: array ${index} differs from the loop's`);
  });
}
