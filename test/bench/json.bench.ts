import { JsonDecoder } from '../../engine/codec/json';
import { RowBuilder } from '../../engine/codec/row-builder';
import type { Schema } from '../../engine/schema/schema';
import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';

const READINGS = 200_000;
const PER_MESSAGE = 100;
const BATCH_ROWS = 4_096;
const RUNS = 9;
const WARM_UPS = 3;
const SCHEMA: Schema = {
  fields: [
    { name: 'device', type: 'utf8', nullable: false },
    { name: 'tMs', type: 'timestampMs', nullable: false },
    { name: 'temperature', type: 'float64', nullable: false },
    { name: 'pressure', type: 'float64', nullable: false },
    { name: 'seq', type: 'int32', nullable: false }
  ]
};

interface Reading {
  readonly device: string;
  readonly tMs: number;
  readonly temperature: number;
  readonly pressure: number;
  readonly seq: number;
}
type Columns = { readonly [K in keyof Reading]: readonly Reading[K][] };
interface Sums {
  readonly rows: number;
  readonly total: number;
}

/** Readings of five fields as JSON into columns, one and a hundred per message, against JSON.parse and pushing into arrays. */
export function bench(): Promise<BenchResult[]> {
  const readings = Array.from({ length: READINGS }, (_, i) => reading(i));
  const single = readings.map(each => bytesOf(each));
  const columnar = Array.from({ length: READINGS / PER_MESSAGE }, (_, i) => bytesOf(columnsOf(readings.slice(i * PER_MESSAGE, (i + 1) * PER_MESSAGE))));
  return Promise.resolve([compare('JSON readings to columns, single', single, parsedRows), compare(`JSON readings to columns, columnar x${PER_MESSAGE}`, columnar, parsedColumns)]);
}

function compare(name: string, payloads: readonly Uint8Array[], byParse: (payloads: readonly Uint8Array[]) => Sums): BenchResult {
  const [seen, expected] = [decoded(payloads), byParse(payloads)];
  if (seen.rows !== expected.rows || seen.total !== expected.total) throw new Error(`${name}: ${seen.rows} rows with total ${seen.total}, JSON.parse has ${expected.rows} with ${expected.total}`);
  const values: number[] = [];
  const referenceValues: number[] = [];
  for (let run = 0; run < WARM_UPS + RUNS; run++) {
    const [ours, theirs] = [rate(() => decoded(payloads)), rate(() => byParse(payloads))];
    if (run < WARM_UPS) continue;
    values.push(ours);
    referenceValues.push(theirs);
  }
  return benchResult({ name, unit: 'Mreadings/s', reference: 'JSON.parse and push', values, referenceValues });
}

function rate(job: () => unknown): number {
  const startMs = performance.now();
  job();
  return READINGS / 1_000 / (performance.now() - startMs);
}

function decoded(payloads: readonly Uint8Array[]): Sums {
  const decoder = new JsonDecoder({ schema: SCHEMA });
  const rows = new RowBuilder(SCHEMA);
  let count = 0;
  let total = 0;
  const flush = (): void => {
    const batch = rows.build(new Float64Array(rows.rowCount), new Float64Array(rows.rowCount));
    const temperature = batch.columns[2]!;
    if (temperature.kind !== 'float64') throw new Error('temperature is float64');
    for (const value of temperature.values) total += value;
    count += batch.rowCount;
  };
  for (const payload of payloads) {
    const outcome = decoder.decode(payload, rows);
    if (typeof outcome !== 'number') throw new Error(outcome.message);
    if (rows.rowCount >= BATCH_ROWS) flush();
  }
  flush();
  return { rows: count, total };
}

const arrays = (): { [K in keyof Reading]: Reading[K][] } => ({ device: [], tMs: [], temperature: [], pressure: [], seq: [] });

function parsedRows(payloads: readonly Uint8Array[]): Sums {
  const text = new TextDecoder();
  const columns = arrays();
  for (const payload of payloads) {
    const row = JSON.parse(text.decode(payload)) as Reading;
    columns.device.push(row.device);
    columns.tMs.push(row.tMs);
    columns.temperature.push(row.temperature);
    columns.pressure.push(row.pressure);
    columns.seq.push(row.seq);
  }
  return sumsOf(columns);
}

function parsedColumns(payloads: readonly Uint8Array[]): Sums {
  const text = new TextDecoder();
  const columns = arrays();
  for (const payload of payloads) {
    const message = JSON.parse(text.decode(payload)) as Columns;
    for (let i = 0; i < message.device.length; i++) {
      columns.device.push(message.device[i]!);
      columns.tMs.push(message.tMs[i]!);
      columns.temperature.push(message.temperature[i]!);
      columns.pressure.push(message.pressure[i]!);
      columns.seq.push(message.seq[i]!);
    }
  }
  return sumsOf(columns);
}

function sumsOf({ temperature }: Columns): Sums {
  let total = 0;
  for (const value of temperature) total += value;
  return { rows: temperature.length, total };
}

function reading(i: number): Reading {
  const temperature = Math.round(2_000 + 500 * Math.sin(i / 97)) / 100;
  return { device: `pump-${String(i % 100).padStart(3, '0')}`, tMs: 1_767_225_600_000 + i * 10, temperature, pressure: Math.round(31_416 + 1_000 * Math.cos(i / 31)) / 10_000, seq: 100_000 + i };
}

function columnsOf(readings: readonly Reading[]): Columns {
  return { device: readings.map(each => each.device), tMs: readings.map(each => each.tMs), temperature: readings.map(each => each.temperature), pressure: readings.map(each => each.pressure), seq: readings.map(each => each.seq) };
}

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
