import type { AgentFigures } from '../../../edge/metrics/agent-metrics';
import { COMMIT_BOUNDS_S, Histogram, INFERENCE_BOUNDS_S, LATENCY_BOUNDS_S } from '../../../edge/metrics/histogram';

function histogram(bounds: readonly number[], ...seconds: number[]): Histogram {
  const made = new Histogram(bounds);
  for (const value of seconds) made.observe(value);
  return made;
}

/** Figures of an agent in the middle of its work, with names that users may choose. */
export const figures: AgentFigures = {
  nowMs: 1_700_000_100_000,
  startedMs: 1_700_000_000_000,
  agentVersion: '0.1.0',
  live: true,
  active: { pipeline: 'bearing-watch', release: 3, sha256: 'ab'.repeat(32) },
  counters: { rowsIn: 100, rowsOut: { alerts: 5, 'odd "name"\\\n': 6 }, late: 1, inGap: 2, filtered: 3, deadLetters: { JSON_SYNTAX: 4, FUTURE_TIME: 5 }, duplicates: 0, dropped: 0, conservationError: 0, watermarkMs: 1_700_000_098_500 },
  nodes: [
    { node: 'in', op: 'source', rowsIn: 100, rowsOut: 99, rowsInState: 0, busySeconds: 0.5, busyRatio: 0.25 },
    { node: 'window', op: 'window', rowsIn: 99, rowsOut: 11, rowsInState: 20, busySeconds: 1, busyRatio: null }
  ],
  sources: [{ source: 'in', topic: 'plant/+/vibration', up: true, missing: 12, newestMs: 1_700_000_099_000, silentMs: 2_500 }],
  sinks: [
    { sink: 'bearing-watch/3/alerts', rows: 11, oldestMs: 1_700_000_090_000, up: false, carriedOut: 50, processing: histogram(LATENCY_BOUNDS_S, 0.02, 0.5), endToEnd: histogram(LATENCY_BOUNDS_S, 2, 100) },
    { sink: 'bearing-watch/3/lake', rows: 0, oldestMs: null, up: true, carriedOut: 0, processing: null, endToEnd: null }
  ],
  slo: [{ objective: 'late_share', ok: false, burnRate: 2.5 }],
  violations: [{ node: 'validate', rule: 'load "high"', count: 7 }],
  drift: [{ node: 'in', kind: 'unknown', field: 'odd "name"', count: 3 }],
  duplicates: 7,
  packetIdViolations: 0,
  sessionsLost: 1,
  brokerDropped: new Map([['plant', 2]]),
  slowRecords: 8,
  dropped: { replaced: 9 },
  inbox: { rows: 10, bytes: 1_000, oldestMs: 1_700_000_099_000, unprocessed: 2 },
  commits: { durations: histogram(COMMIT_BOUNDS_S, 0.125, 0.375), lastMs: 1_700_000_099_500, failures: 0 },
  checkpointAgeMs: 250,
  inference: histogram(INFERENCE_BOUNDS_S, 0.25),
  rejected: new Map([['DIGEST_MISMATCH', 1]]),
  rollbacks: { late_share: 2 },
  onProbation: true,
  shadows: [{ node: 'scored', model: 'next.onnx', tallies: { compared: 9, agreed: 7, failed: 1, maxDifference: 0.5, meanDifference: 0.125 } }],
  telemetryDropped: [{ signal: 'traces', count: 4 }],
  residentBytes: 60e6,
  cpuSeconds: 1.5,
  openFiles: 30
};
