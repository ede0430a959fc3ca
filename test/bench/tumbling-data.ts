import type { Batch } from '../../engine/batch/batch';
import { Dictionary } from '../../engine/batch/batch';
import type { WindowSpec } from '../../engine/plan/nodes/window';
import type { Plan } from '../../engine/plan/plan';

export const ROWS = 10_000_000;
export const KEYS = 1_000;
export const DISORDER_MS = 1_500;
export const SIZE_MS = 10_000;
const START_MS = 1_700_000_000_000;
const ROWS_PER_MS = 10;
const HASH = 2_654_435_761;

/** 10 000 records a second, each up to 1.5 s behind the newest. The same rows stand in the tables of `tumblingTablesSql`. */
export interface TumblingRows {
  readonly times: Float64Array;
  readonly keys: Int32Array;
  readonly values: Float64Array;
}

export function tumblingRows(rowCount: number = ROWS, keyCount: number = KEYS): TumblingRows {
  const times = new Float64Array(rowCount);
  const keys = new Int32Array(rowCount);
  const values = new Float64Array(rowCount);
  for (let i = 0; i < rowCount; i++) {
    const hash = Math.imul(i, HASH) >>> 0;
    times[i] = START_MS + Math.floor(i / ROWS_PER_MS) - (hash % DISORDER_MS);
    keys[i] = (hash >>> 12) % keyCount;
    values[i] = (hash % 2_000_003) / 997 - 1_000;
  }
  return { times, keys, values };
}

/** The rows as DuckDB tables of `t`, `k`, `x`: with the key as an ENUM, dictionary-encoded as in Littoral, and as an INTEGER. */
export function tumblingTablesSql(rowCount: number = ROWS, keyCount: number = KEYS): string {
  return `
  CREATE TYPE sensor AS ENUM (SELECT 'sensor-' || i FROM range(${keyCount}) r(i));
  CREATE TABLE rows_enum AS
  SELECT ${START_MS} + i // ${ROWS_PER_MS} - h % ${DISORDER_MS} AS t, ('sensor-' || (h // 4096) % ${keyCount})::sensor AS k, (h % 2000003)::DOUBLE / 997 - 1000 AS x
  FROM (SELECT i, (i * ${HASH}) % 4294967296 AS h FROM range(${rowCount}) r(i));
  CREATE TABLE rows_integer AS SELECT t, replace(k::VARCHAR, 'sensor-', '')::INTEGER AS k, x FROM rows_enum`;
}

export interface TumblingQuery {
  readonly key: 'enum' | 'integer';
  /** `plain`: DuckDB's `sum` and `avg` just add; `compensated`: its `fsum` and `favg` mean what Littoral's `sum` and `mean` do. */
  readonly sums: 'plain' | 'compensated';
}

/** The job on one of the tables; the result is the table `result`. */
export function tumblingSql({ key, sums }: TumblingQuery): string {
  const [sum, mean] = sums === 'plain' ? ['sum', 'avg'] : ['fsum', 'favg'];
  return `
    CREATE OR REPLACE TEMP TABLE result AS
    SELECT k, t - t % ${SIZE_MS} AS start, count(*) AS n, ${sum}(x) AS s, ${mean}(x) AS m, min(x) AS lo, max(x) AS hi
    FROM rows_${key} GROUP BY k, t - t % ${SIZE_MS}`;
}

/** Key texts, one per key. */
function keyTexts(keyCount: number): Dictionary {
  const dictionary = new Dictionary();
  for (let key = 0; key < keyCount; key++) dictionary.encode(`sensor-${key}`);
  return dictionary;
}

export function batchOf(rows: TumblingRows, plan: Plan, keyCount: number = KEYS): Batch {
  const source = plan.nodes[0]!;
  if (source.op !== 'source') throw new Error('the plan starts with a source');
  return {
    schema: source.config.schema,
    rowCount: rows.times.length,
    columns: [
      { kind: 'timestampMs', values: rows.times, validity: null },
      { kind: 'utf8', codes: rows.keys, dictionary: keyTexts(keyCount), validity: null },
      { kind: 'float64', values: rows.values, validity: null }
    ],
    eventTimeMs: rows.times,
    at: rows.times.map((_, row) => row)
  };
}

/** Five aggregates over `window`, per key. */
export function windowPlan(window: WindowSpec): Plan {
  return {
    littoralPlan: 1,
    name: 'bench-tumbling',
    nodes: [
      {
        id: 'in',
        op: 'source',
        config: {
          connector: 'mqtt',
          topic: 'bench/#',
          connection: 'bench',
          decoder: { format: 'json' },
          schema: {
            fields: [
              { name: 't', type: 'timestampMs', nullable: false },
              { name: 'k', type: 'utf8', nullable: false },
              { name: 'x', type: 'float64', nullable: false }
            ]
          },
          eventTime: 't',
          maxOutOfOrdernessMs: DISORDER_MS,
          maxFutureSkewMs: null,
          idleTimeoutMs: null,
          watermarkPer: 'source'
        }
      },
      { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } },
      {
        id: 'windowed',
        op: 'window',
        input: 'keyed',
        config: {
          window,
          aggregates: [
            { name: 'n', fn: 'count' },
            { name: 's', fn: 'sum', column: 'x' },
            { name: 'm', fn: 'mean', column: 'x' },
            { name: 'lo', fn: 'min', column: 'x' },
            { name: 'hi', fn: 'max', column: 'x' }
          ],
          allowedLatenessMs: 0,
          latePolicy: 'drop',
          emit: 'onClose'
        }
      },
      { id: 'out', op: 'sink', input: 'windowed', config: { connector: 'mqtt', name: 'out', topic: 'out', connection: 'bench', qos: 0, retain: false } }
    ]
  };
}

export const TUMBLING_PLAN = windowPlan({ kind: 'tumbling', sizeMs: SIZE_MS, offsetMs: 0 });
