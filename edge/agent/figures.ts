import { readdirSync } from 'node:fs';
import type { GraphMetrics } from '../../engine/graph/graph-api';
import { ENGINE_VERSION } from '../../engine/version';
import type { AgentFigures, NodeFigures, SinkFigures, SourceFigures } from '../metrics/agent-metrics';
import { Histogram, INFERENCE_BOUNDS_S } from '../metrics/histogram';
import { droppedTelemetry } from '../telemetry/otlp-exporter';
import type { Store } from '../store/store';
import type { DurableWriter } from './durable-writer';
import type { Observation } from './observation';
import { isOnProbation, rollbackCounts } from './release-state';
import type { RunningPipeline } from './running-pipeline';
import type { Sinks } from './sinks';
import type { Sources } from './sources';

export interface FigureSources {
  readonly nowMs: number;
  readonly monotonicMs: number;
  readonly startedMs: number;
  readonly live: boolean;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly running: RunningPipeline | null;
  readonly sources: Sources;
  readonly sinks: Sinks;
  readonly observation: Observation;
  readonly rejected: ReadonlyMap<string, number>;
  readonly dropped: Readonly<Record<string, number>>;
}

/** Reads everything that the metrics say at one moment. */
export function collectFigures(from: FigureSources): AgentFigures {
  const { store, writer, running, sources, nowMs, startedMs, live, rejected, dropped, observation } = from;
  const { user, system } = process.cpuUsage();
  const pipeline = running?.pipeline ?? null;
  const metrics = pipeline?.graph.metrics() ?? null;
  const unprocessed = pipeline?.backlog ?? 0;
  return {
    nowMs,
    startedMs,
    live,
    agentVersion: ENGINE_VERSION,
    active: running?.deployment ?? null,
    counters: pipeline?.totals ?? null,
    nodes: nodeFigures(from, metrics),
    sources: sourceFigures(from, metrics),
    sinks: sinkFigures(from),
    slo: observation.verdicts(),
    violations: violations(from, metrics),
    drift: [...(pipeline?.graph.drift() ?? [])].flatMap(([node, counts]) => [...counts].map(([name, count]) => ({ node, kind: name.slice(0, name.indexOf(':')), field: name.slice(name.indexOf(':') + 1), count }))),
    duplicates: sources.duplicates,
    packetIdViolations: sources.violations,
    sessionsLost: sources.sessionsLost,
    brokerDropped: sources.brokerDropped,
    slowRecords: observation.effects.slow,
    dropped,
    inbox: {
      rows: store.count('SELECT SUM(count) FROM inbox'),
      bytes: store.count('SELECT SUM(LENGTH(body)) FROM inbox'),
      oldestMs: unprocessed === 0 ? null : store.count('SELECT COALESCE(MIN(recv_ms), 0) FROM inbox WHERE seq + count - 1 > ?', pipeline?.processedSeq ?? -1) || nowMs,
      unprocessed
    },
    commits: { durations: writer.stats.durations, lastMs: writer.stats.lastCommitMs, failures: writer.stats.failures },
    checkpointAgeMs: pipeline?.checkpointAgeMs ?? 0,
    inference: running?.inference.stats.durations ?? new Histogram(INFERENCE_BOUNDS_S),
    rejected,
    rollbacks: rollbackCounts(store),
    onProbation: isOnProbation(store),
    shadows: shadows(from, metrics),
    telemetryDropped: droppedTelemetry(observation.exporter),
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    openFiles: openFiles()
  };
}

function nodeFigures({ running, observation, monotonicMs }: FigureSources, metrics: GraphMetrics | null): readonly NodeFigures[] {
  if (running === null || metrics === null) return [];
  const busy = observation.busy.read(monotonicMs, new Map([...metrics.nodes].map(([node, { busyMs }]) => [node, busyMs ?? 0])));
  const ops = new Map(running.deployment.plan.nodes.map(({ id, op }) => [id, op]));
  return [...metrics.nodes].map(([node, { rowsIn, rowsOut, rowsInState, busyMs }]) => ({
    node,
    op: ops.get(node) ?? '',
    rowsIn,
    rowsOut,
    rowsInState,
    busySeconds: (busyMs ?? 0) / 1_000,
    busyRatio: busy.get(node) ?? null
  }));
}

function sourceFigures({ running, sources, observation, monotonicMs }: FigureSources, metrics: GraphMetrics | null): readonly SourceFigures[] {
  const holders = running?.pipeline.graph.watermarkHolders();
  return sources.states().map(({ source, topic, problem }) => ({
    source,
    topic,
    up: problem === null,
    missing: metrics?.nodes.get(source)?.gaps?.missing ?? null,
    newestMs: finite(holders?.get(source)?.eventTimeMs),
    silentMs: observation.standstill.silentMs(source, monotonicMs)
  }));
}

/** The sinks of the running plan, and earlier ones that still have rows. */
function sinkFigures({ running, store, sinks, observation }: FigureSources): readonly SinkFigures[] {
  const problems = new Set(sinks.problems().map(({ key }) => key));
  const backlog = new Map(store.outboxBacklog().map(row => [row.sink, row]));
  return [...new Set([...(running?.pipeline.bindings.keys() ?? []), ...backlog.keys()])].map(sink => {
    const times = observation.effects.of(sink);
    const waiting = backlog.get(sink);
    return { sink, rows: waiting?.rows ?? 0, oldestMs: waiting?.oldestMs ?? null, up: !problems.has(sink), carriedOut: times?.carriedOut ?? 0, processing: times?.processing ?? null, endToEnd: times?.endToEnd ?? null };
  });
}

/** Operators tally different things; those of `validate` are violations by rule. */
function violations({ running }: FigureSources, metrics: GraphMetrics | null): AgentFigures['violations'] {
  const validating = (running?.deployment.plan.nodes ?? []).filter(({ op }) => op === 'validate');
  return validating.flatMap(({ id }) => Object.entries(metrics?.nodes.get(id)?.tallies ?? {}).map(([rule, count]) => ({ node: id, rule, count })));
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Linux tells; elsewhere there is no such folder. */
function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}

function shadows({ running }: FigureSources, metrics: GraphMetrics | null): AgentFigures['shadows'] {
  const nodes = running?.deployment.plan.nodes ?? [];
  return nodes.flatMap(node => (node.op === 'predict' && node.config.shadow !== undefined ? [{ node: node.id, model: node.config.shadow.model, tallies: metrics?.nodes.get(node.id)?.tallies ?? {} }] : []));
}
