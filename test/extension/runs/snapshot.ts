import type { RunSnapshot } from '../../../worker/protocol';

/** A quiet live run; tests say what differs. */
export function snapshotOf(differs: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    runId: 'run-1',
    name: 'bearing-watch',
    state: 'live',
    elapsedMs: 0,
    inPerS: 0,
    outPerS: 0,
    rowsIn: 0,
    rowsOut: {},
    filtered: 0,
    late: 0,
    inGap: 0,
    deadLetters: {},
    rowsInState: 0,
    conservationError: 0,
    watermarkLagMs: null,
    latencyMs: null,
    slo: [],
    graph: [],
    lastRows: [],
    problems: [],
    chart: { column: 'rms', unit: null, keys: [], timesMs: [], values: [] },
    ...differs
  };
}
