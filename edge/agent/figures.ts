import { ENGINE_VERSION } from '../../engine/version';
import type { AgentFigures } from '../metrics/agent-metrics';
import type { Store } from '../store/store';
import type { DurableWriter } from './durable-writer';
import type { RunningPipeline } from './running-pipeline';
import type { Sources } from './sources';

export interface FigureSources {
  readonly nowMs: number;
  readonly startedMs: number;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly running: RunningPipeline | null;
  readonly sources: Sources;
  readonly rejected: ReadonlyMap<string, number>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly slowRecords: number;
}

/** Reads everything that the metrics say at one moment. */
export function collectFigures(from: FigureSources): AgentFigures {
  const { store, writer, running, sources, nowMs, startedMs, rejected, dropped, slowRecords } = from;
  const { user, system } = process.cpuUsage();
  const pipeline = running?.pipeline ?? null;
  const sinks = new Map([...(pipeline?.bindings.keys() ?? [])].map(key => [key, { sink: key, rows: 0, oldestMs: null as number | null }]));
  for (const row of store.outboxBacklog()) sinks.set(row.sink, row);
  const unprocessed = pipeline?.backlog ?? 0;
  return {
    nowMs,
    startedMs,
    agentVersion: ENGINE_VERSION,
    active: running?.deployment ?? null,
    counters: pipeline?.totals ?? null,
    violations: [...(pipeline?.graph.metrics().nodes ?? [])].flatMap(([node, { tallies }]) => Object.entries(tallies ?? {}).map(([rule, count]) => ({ node, rule, count }))),
    drift: [...(pipeline?.graph.drift() ?? [])].flatMap(([node, counts]) => [...counts].map(([name, count]) => ({ node, kind: name.slice(0, name.indexOf(':')), field: name.slice(name.indexOf(':') + 1), count }))),
    duplicates: sources.duplicates,
    packetIdViolations: sources.violations,
    slowRecords,
    dropped,
    inbox: {
      rows: store.count('SELECT SUM(count) FROM inbox'),
      bytes: store.count('SELECT SUM(LENGTH(body)) FROM inbox'),
      oldestMs: unprocessed === 0 ? null : store.count('SELECT COALESCE(MIN(recv_ms), 0) FROM inbox WHERE seq + count - 1 > ?', pipeline?.processedSeq ?? -1) || nowMs,
      unprocessed
    },
    outbox: [...sinks.values()],
    commits: { count: writer.stats.commits, seconds: writer.stats.commitSeconds, lastMs: writer.stats.lastCommitMs, failures: writer.stats.failures },
    checkpointAgeMs: pipeline?.checkpointAgeMs ?? 0,
    inference: running?.inference.stats ?? { count: 0, seconds: 0 },
    rejected,
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6
  };
}
