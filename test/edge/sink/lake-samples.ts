import { Dictionary, type Batch } from '../../../engine/batch/batch';
import type { Schema } from '../../../engine/schema/schema';
import type { Env } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import type { Epoch } from '../../../edge/sink/lake/lake-table';

export const SCHEMA: Schema = {
  fields: [
    { name: 'device', type: 'utf8', nullable: true },
    { name: 'x', type: 'float64', nullable: true }
  ]
};
const REVISED: Schema = { fields: [...SCHEMA.fields, { name: 'revision', type: 'int32', nullable: false }] };
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

/** Device, value, and if wanted revision and day. */
export type SampleRow = readonly [device: string | null, x: number | null, revision?: number, day?: number];

/** Rows of two columns, or of three with a revision; the event time is in the middle of the row's day. */
export function batchOf(rows: readonly SampleRow[]): Batch {
  const dictionary = new Dictionary();
  const isRevised = rows.some(row => row[2] !== undefined);
  const validity = (column: 0 | 1): Uint8Array => Uint8Array.from(rows, row => (row[column] === null ? 0 : 1));
  return {
    schema: isRevised ? REVISED : SCHEMA,
    rowCount: rows.length,
    eventTimeMs: Float64Array.from(rows, row => START_MS + (row[3] ?? 0) * DAY_MS + DAY_MS / 2),
    at: Float64Array.from(rows.keys()),
    columns: [
      { kind: 'utf8', codes: Int32Array.from(rows, row => dictionary.encode(row[0] ?? '')), dictionary, validity: validity(0) },
      { kind: 'float64', values: Float64Array.from(rows, row => row[1] ?? 0), validity: validity(1) },
      ...(isRevised ? [{ kind: 'int32' as const, values: Int32Array.from(rows, row => row[2] ?? 0), validity: null }] : [])
    ]
  };
}

/** An epoch of sample rows, appended and in no partition unless said otherwise. */
export function epochOf({ rows, ...more }: { readonly epoch: number; readonly rows: readonly SampleRow[] } & Partial<Pick<Epoch, 'partitionBy' | 'mergeBy' | 'pipeline' | 'shard'>>): Epoch {
  const batch = batchOf(rows);
  return { pipeline: 'p', release: 1, shard: 0, partitionBy: [], schema: batch.schema, firstRow: more.epoch * 1_000, rows: batch, ...more };
}

/** The real world, but for pauses, which take no time. */
export function quickEnv(): Env {
  const env = systemEnv();
  return { ...env, setTimer: (_delayMs, body) => env.setTimer(0, body) };
}
