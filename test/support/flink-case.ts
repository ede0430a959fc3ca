import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { createGraph } from '../../engine/graph/create-graph';
import type { GraphInput, StepResult } from '../../engine/graph/graph-api';
import type { AlignedWindowSpec, WindowSpec } from '../../engine/plan/nodes/window';
import type { Plan } from '../../engine/plan/plan';
import { valueAt } from '../../engine/batch/value';

/** One case of `golden/flink`: a window, its input in arrival order, and what Flink gave. */
export interface FlinkCase {
  readonly name: string;
  readonly time: { readonly maxOutOfOrdernessMs: number };
  readonly key: string | null;
  readonly window: CaseWindow;
  readonly allowedLatenessMs?: number;
  readonly aggregates: Readonly<Record<string, { readonly fn: string; readonly column?: string }>>;
  readonly input: readonly { readonly t: number; readonly device?: string | null; readonly value: number | null }[];
  readonly expected: readonly FlinkRow[];
  readonly expectedLate: readonly number[];
  readonly expectedInGap?: readonly number[];
  readonly watermarks?: readonly number[];
  readonly relTolerance?: number;
  readonly tags?: readonly string[];
  /** What `t <= watermark` calls late, where Flink judges otherwise. */
  readonly lateByWatermarkRule?: readonly number[];
}
/** Windows as the cases write them: without options that Flink does not have, sliding ones by other names. */
export type CaseWindow =
  | AlignedWindowSpec
  | { readonly kind: 'session'; readonly gapMs: number }
  | { readonly kind: 'counting'; readonly rows: number; readonly hopRows: number; readonly definition: 'flinkDataStream' | 'flinkTableApi' }
  | { readonly kind: 'slidingTime'; readonly sizeMs: number }
  | { readonly kind: 'slidingRows'; readonly rows: number };
export type FlinkRow = Readonly<Record<string, number | string | null>>;

export interface FlinkRun {
  readonly rows: FlinkRow[];
  readonly late: number[];
  readonly inGap: number[];
  readonly watermarks: number[];
  readonly conservationError: number;
}

const FOLDER = new URL('../golden/flink/', import.meta.url);

export function flinkCases(file: string): FlinkCase[] {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as FlinkCase[];
}

/** The Plan that a case describes. */
export function planOfCase(flinkCase: FlinkCase): Plan {
  const keyed = flinkCase.key !== null;
  return {
    littoralPlan: 1,
    name: 'golden',
    nodes: [
      {
        id: 'in',
        op: 'source',
        config: {
          connector: 'mqtt',
          topic: 'golden/+',
          connection: 'golden',
          decoder: { format: 'json' },
          schema: {
            fields: [
              { name: 't', type: 'timestampMs', nullable: false },
              { name: 'device', type: 'utf8', nullable: true },
              { name: 'value', type: 'float64', nullable: true }
            ]
          },
          eventTime: 't',
          maxOutOfOrdernessMs: flinkCase.time.maxOutOfOrdernessMs,
          maxFutureSkewMs: null,
          idleTimeoutMs: null,
          watermarkPer: 'source'
        }
      },
      ...(keyed ? [{ id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['device'] } } as const] : []),
      {
        id: 'windowed',
        op: 'window',
        input: keyed ? 'keyed' : 'in',
        config: {
          window: specOf(flinkCase.window),
          aggregates: Object.entries(flinkCase.aggregates).map(([name, aggregate]) => ({ name, ...aggregate })),
          allowedLatenessMs: flinkCase.allowedLatenessMs ?? 0,
          latePolicy: 'drop',
          emit: 'onClose'
        }
      },
      { id: 'out', op: 'sink', input: 'windowed', config: { connector: 'mqtt', name: 'out', topic: 'out', connection: 'golden', qos: 0, retain: false } }
    ]
  };
}

function specOf(window: CaseWindow): WindowSpec {
  switch (window.kind) {
    case 'session':
      return { ...window, maxDurationMs: null };
    case 'counting':
      return { kind: 'counting', rows: window.rows, hopRows: window.hopRows, emitPartial: false };
    case 'slidingTime':
      return { kind: 'sliding', sizeMs: window.sizeMs };
    case 'slidingRows':
      return { kind: 'sliding', rows: window.rows };
    default:
      return window;
  }
}

/** Runs a case message by message, cut into pushes of `pushSize` inputs. */
export function runFlinkCase(flinkCase: FlinkCase, pushSize = 1): FlinkRun {
  const graph = createGraph(planOfCase(flinkCase));
  const inputs: GraphInput[] = flinkCase.input.map((record, index) => ({
    kind: 'message',
    arrivalTimeMs: index,
    topic: 'golden/case',
    payload: new TextEncoder().encode(JSON.stringify(record))
  }));
  inputs.push({ kind: 'end' });
  const run: FlinkRun = { rows: [], late: [], inGap: [], watermarks: [], conservationError: 0 };
  let conservationError = 0;
  for (let from = 0; from < inputs.length; from += pushSize) {
    graph.push(inputs.slice(from, from + pushSize));
    collect(graph.take(), run, flinkCase);
    run.watermarks.push(graph.metrics().totals.watermarkMs);
    conservationError += graph.metrics().totals.conservationError;
  }
  return { ...run, conservationError };
}

function collect(step: StepResult, run: FlinkRun, flinkCase: FlinkCase): void {
  for (const fact of step.dropFacts) {
    if (fact.reason === 'late') run.late.push(fact.at);
    if (fact.reason === 'gap') run.inGap.push(fact.at);
  }
  for (const { batch } of step.emissions) {
    for (let row = 0; row < batch.rowCount; row++) {
      const record: Record<string, number | string | null> = { at: batch.at[row]!, revision: 0, key: null };
      batch.schema.fields.forEach((field, index) => {
        const value = valueAt(batch.columns[index]!, row);
        record[field.name === flinkCase.key ? 'key' : field.name] = typeof value === 'bigint' ? Number(value) : (value as number | string | null);
      });
      run.rows.push(record);
    }
  }
}

/** Compares the aggregates of a row; means and, where the case says so, sums with a tolerance. */
export function compareAggregates(seen: FlinkRow, expected: FlinkRow, { aggregates, relTolerance = 0 }: FlinkCase): void {
  for (const name of Object.keys(aggregates)) compareValue(name, seen, expected, relTolerance);
}

function compareValue(name: string, seen: FlinkRow, expected: FlinkRow, relTolerance: number): void {
  const value = seen[name]!;
  const wanted = expected[name]!;
  const tolerance = name === 'm' ? 1e-12 * Math.max(Math.abs(Number(expected['lo'])), Math.abs(Number(expected['hi']))) : name === 's' ? relTolerance * Math.abs(Number(wanted)) : 0;
  if (typeof wanted === 'number' && typeof value === 'number' && tolerance > 0) expect(Math.abs(value - wanted), `${name} is ${value}, expected ${wanted}`).toBeLessThanOrEqual(tolerance);
  else expect(value, name).toBe(wanted);
}

/** Rows in an order that does not depend on Flink's heap. */
export function inWindowOrder(rows: readonly FlinkRow[]): FlinkRow[] {
  const rank = (row: FlinkRow): string => String(row['key']);
  return [...rows].sort(
    (a, b) =>
      Number(a['windowEndMs']) - Number(b['windowEndMs']) ||
      Number(a['windowStartMs']) - Number(b['windowStartMs']) ||
      (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0) ||
      Number(a['revision']) - Number(b['revision'])
  );
}
