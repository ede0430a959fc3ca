import type { GraphMetrics } from '../../engine/graph/graph-api';
import type { AgentFigures, SinkFigures } from '../metrics/agent-metrics';
import { quantileOf } from '../metrics/histogram';
import type { AgentStatus } from './agent-api';
import { collectFigures, type FigureSources } from './figures';

export interface StatusSources extends FigureSources {
  readonly state: AgentStatus['state'];
  /** Words of what keeps the agent from being ready, or null. */
  readonly problem: string | null;
  /** Whatever else is to be told. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** What `/status` says. Holds no topic that a message came by and no payload. */
export function agentStatus(from: StatusSources): AgentStatus {
  const { state, problem, running, store, sources, sinks, observation, more } = from;
  const figures = collectFigures(from);
  const active = running?.deployment ?? null;
  return {
    state,
    pipeline: active?.pipeline ?? null,
    release: active?.release ?? null,
    sha256: active?.sha256 ?? null,
    since: store.active()?.sinceMs ?? null,
    nowMs: figures.nowMs,
    agent: { version: figures.agentVersion, startedMs: figures.startedMs, pid: process.pid, residentBytes: figures.residentBytes, cpuSeconds: figures.cpuSeconds },
    problem,
    sources: sources.states(),
    sourceFigures: figures.sources,
    sinks: figures.sinks.map(sinkStatus),
    sinkProblems: sinks.problems(),
    counters: figures.counters,
    watermarkLagMs: lagOf(figures),
    inbox: figures.inbox,
    nodes: nodesStatus(figures, running?.pipeline.graph.metrics() ?? null),
    slo: figures.slo,
    commits: { count: figures.commits.durations.count, failures: figures.commits.failures, p99Seconds: quantileOf(figures.commits.durations, 0.99) },
    duplicates: figures.duplicates,
    slowRecords: figures.slowRecords,
    dropped: figures.dropped,
    rejected: Object.fromEntries(figures.rejected),
    telemetryDropped: Object.fromEntries(figures.telemetryDropped.map(({ signal, count }) => [signal, count])),
    recentProblems: observation.problems,
    ...more
  };
}

function sinkStatus({ sink, rows, oldestMs, up, carriedOut, processing, endToEnd }: SinkFigures): object {
  return { sink, rows, oldestMs, up, carriedOut, processingP99Seconds: processing === null ? null : quantileOf(processing, 0.99), endToEndP99Seconds: endToEnd === null ? null : quantileOf(endToEnd, 0.99) };
}

function lagOf({ counters, nowMs }: AgentFigures): number | null {
  return counters === null || !Number.isFinite(counters.watermarkMs) ? null : nowMs - counters.watermarkMs;
}

function nodesStatus(figures: AgentFigures, metrics: GraphMetrics | null): object {
  const busy = new Map(figures.nodes.map(({ node, op, busyRatio }) => [node, { op, busyRatio }]));
  return Object.fromEntries([...(metrics?.nodes ?? [])].map(([id, node]) => [id, { ...busy.get(id), ...node }]));
}
