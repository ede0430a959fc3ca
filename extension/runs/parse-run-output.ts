import type { ChartSeries, RunOutput, RunSnapshot, RunState } from '../../worker/protocol';
import { LittoralError } from '../../engine/error';

const STATES: readonly string[] = ['starting', 'live', 'paused', 'reconnecting', 'stopped', 'failed'] satisfies RunState[];
const LIST_MAX = 500;
const POINTS_MAX = 100_000;
const TEXT_MAX = 20_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * The only way from a notebook's JSON (anybody may have written it) to a run's output: every field is checked, lists and
 * texts are cut, a missing one gets its empty value. Throws `RUN_OUTPUT` when it is not a run at all.
 */
export function parseRunOutput(json: unknown): RunOutput {
  const output = record(json);
  if (!output || output['version'] !== 1 || typeof output['runId'] !== 'string') {
    throw new LittoralError('RUN_OUTPUT', 'run output: the notebook holds something that is not a run of version 1. Run the cell again to replace it.');
  }
  const snapshot = record(output['snapshot']);
  return { version: 1, runId: output['runId'].slice(0, 200), snapshot: snapshot ? parseSnapshot(snapshot, output['runId'].slice(0, 200)) : null };
}

function parseSnapshot(json: Json, runId: string): RunSnapshot {
  const latency = record(json['latencyMs']);
  const state = text(json['state']);
  const error = record(json['error']);
  return {
    runId,
    name: text(json['name']) || 'run',
    state: STATES.includes(state) ? (state as RunState) : 'stopped',
    elapsedMs: number(json['elapsedMs']),
    inPerS: number(json['inPerS']),
    outPerS: number(json['outPerS']),
    rowsIn: number(json['rowsIn']),
    rowsOut: counts(json['rowsOut']),
    filtered: number(json['filtered']),
    late: number(json['late']),
    inGap: number(json['inGap']),
    deadLetters: counts(json['deadLetters']),
    rowsInState: number(json['rowsInState']),
    conservationError: number(json['conservationError']),
    watermarkLagMs: numberOrNull(json['watermarkLagMs']),
    latencyMs: latency ? { p50: number(latency['p50']), p95: number(latency['p95']), p99: number(latency['p99']) } : null,
    slo: records(json['slo']).map(slo => ({ name: text(slo['name']), ok: slo['ok'] === true, seen: text(slo['seen']), expected: text(slo['expected']) })),
    graph: records(json['graph']).map(node => ({
      id: text(node['id']),
      op: text(node['op']),
      doc: text(node['doc']),
      inputs: list(node['inputs']).map(text),
      rowsIn: number(node['rowsIn']),
      rowsOut: number(node['rowsOut']),
      lost: number(node['lost']),
      watermarkMs: numberOrNull(node['watermarkMs']),
      lagMs: numberOrNull(node['lagMs'])
    })),
    lastRows: records(json['lastRows']).map(row => ({ sink: text(row['sink']), eventTimeMs: number(row['eventTimeMs']), at: number(row['at']), row: record(row['row']) ?? {} })),
    problems: records(json['problems']).map(problem => ({
      kind: problem['kind'] === 'late' || problem['kind'] === 'gap' ? problem['kind'] : 'deadLetter',
      code: text(problem['code']),
      message: text(problem['message']),
      topic: text(problem['topic']),
      eventTimeMs: numberOrNull(problem['eventTimeMs']),
      payload: text(problem['payload'])
    })),
    chart: parseChart(record(json['chart']) ?? {}),
    ...(error && { error: { code: text(error['code']), message: text(error['message']) } })
  };
}

function parseChart(json: Json): ChartSeries {
  return {
    column: text(json['column']),
    unit: typeof json['unit'] === 'string' ? text(json['unit']) : null,
    keys: list(json['keys']).map(text),
    timesMs: numbers(json['timesMs']),
    values: list(json['values']).map(numbers)
  };
}

function record(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, LIST_MAX) : [];
}

function records(value: unknown): readonly Json[] {
  return list(value).flatMap(item => {
    const found = record(item);
    return found ? [found] : [];
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, TEXT_MAX) : typeof value === 'number' ? String(value) : '';
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** JSON has no NaN: `null` and its text are the gap again. A typed array that went through JSON is an object of indices. */
function numbers(value: unknown): readonly number[] {
  const items: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : ArrayBuffer.isView(value) || record(value) ? Object.values(value as object) : [];
  return items.slice(0, POINTS_MAX).map(item => (typeof item === 'number' ? item : NaN));
}

function counts(value: unknown): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(record(value) ?? {})
      .slice(0, LIST_MAX)
      .map(([key, count]) => [key, number(count)])
  );
}
