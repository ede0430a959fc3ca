import { isDecodeCode } from '../../engine/codec/decode-failure';
import type { ReportCounters } from '../../engine/graph/graph-api';
import type { HistogramValue } from './histogram';
import { MetricSet, type MetricFamily } from './metric-set';
import { prometheusText } from './prometheus-text';

/** Reasons for drops that nobody has asked for. */
const UNINTENTIONAL: ReadonlySet<string> = new Set(['refused', 'lineTooLong', 'fileTooLarge']);

/** One node of the running plan. */
export interface NodeFigures {
  readonly node: string;
  readonly op: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rowsInState: number;
  readonly busySeconds: number;
  /** Share of the last seconds; null before there are two readings. */
  readonly busyRatio: number | null;
}

/** One way out, of the running release or of an earlier one that still has rows. */
export interface SinkFigures {
  /** Key: pipeline/release/sink. */
  readonly sink: string;
  readonly rows: number;
  readonly oldestMs: number | null;
  readonly up: boolean;
  readonly carriedOut: number;
  readonly processing: HistogramValue | null;
  readonly endToEnd: HistogramValue | null;
}

export interface SourceFigures {
  readonly source: string;
  /** Its filter: the topic's template, never a topic. */
  readonly topic: string;
  readonly up: boolean;
  /** Numbers that devices gave and that never came; null for a source without a sequence. */
  readonly missing: number | null;
  /** Newest event time of the input that holds the watermark. */
  readonly newestMs: number | null;
  /** How long it has brought nothing. */
  readonly silentMs: number | null;
}

/** An objective of the plan over the running window. */
export interface SloFigures {
  readonly objective: string;
  readonly ok: boolean;
  /** 1: uses up exactly its budget. */
  readonly burnRate: number;
}

/** Everything about a running agent that its metrics say. Times in milliseconds since the epoch. */
export interface AgentFigures {
  readonly nowMs: number;
  readonly startedMs: number;
  readonly agentVersion: string;
  readonly live: boolean;
  readonly active: { readonly pipeline: string; readonly release: number; readonly sha256: string } | null;
  readonly counters: ReportCounters | null;
  readonly nodes: readonly NodeFigures[];
  readonly sources: readonly SourceFigures[];
  readonly sinks: readonly SinkFigures[];
  readonly slo: readonly SloFigures[];
  /** Of the rules of `validate`. */
  readonly violations: readonly { readonly node: string; readonly rule: string; readonly count: number }[];
  /** How payloads depart from the schema of their source: `kind` unknown, missing, type, range or event. */
  readonly drift: readonly { readonly node: string; readonly kind: string; readonly field: string; readonly count: number }[];
  readonly duplicates: number;
  readonly packetIdViolations: number;
  readonly sessionsLost: number;
  /** By connection. */
  readonly brokerDropped: ReadonlyMap<string, number>;
  readonly slowRecords: number;
  /** Counted drops with their reason, e.g. rows in the state of a pipeline that was replaced. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly inbox: { readonly rows: number; readonly bytes: number; readonly oldestMs: number | null; readonly unprocessed: number };
  readonly commits: { readonly durations: HistogramValue; readonly lastMs: number; readonly failures: number };
  readonly checkpointAgeMs: number;
  readonly inference: HistogramValue;
  readonly rejected: ReadonlyMap<string, number>;
  /** Releases that were given up, by reason. */
  readonly rollbacks: Readonly<Record<string, number>>;
  readonly onProbation: boolean;
  /** How models in the shadow compare with the live ones. */
  readonly shadows: readonly { readonly node: string; readonly model: string; readonly tallies: Readonly<Record<string, number>> }[];
  readonly telemetryDropped: readonly { readonly signal: string; readonly count: number }[];
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** null where the system does not tell. */
  readonly openFiles: number | null;
}

/** The metrics of `figures`, by the catalogue. */
export function metricFamilies(figures: AgentFigures): readonly MetricFamily[] {
  const set = new MetricSet();
  addFlow(set, figures);
  addStores(set, figures);
  addTimes(set, figures);
  addPlan(set, figures);
  addBundles(set, figures);
  addProcess(set, figures);
  return set.families();
}

/** Prometheus text of `figures`. */
export function agentMetrics(figures: AgentFigures): string {
  return prometheusText(metricFamilies(figures));
}

function addFlow(set: MetricSet, figures: AgentFigures): void {
  const { counters } = figures;
  const pipeline = { pipeline: figures.active?.pipeline ?? '' };
  if (counters !== null) {
    set.add('littoral_records_in_total', counters.rowsIn, pipeline);
    for (const [sink, rows] of Object.entries(counters.rowsOut)) set.add('littoral_records_out_total', rows, { ...pipeline, sink });
    set.add('littoral_records_filtered_total', counters.filtered, pipeline);
    set.add('littoral_records_in_gap_total', counters.inGap, pipeline);
    set.add('littoral_dropped_records_total', counters.duplicates, { ...pipeline, reason: 'duplicate', intentional: 'true' });
    set.add('littoral_dropped_records_total', counters.dropped, { ...pipeline, reason: 'operator', intentional: 'true' });
    set.add('littoral_late_records_dropped_total', counters.late, pipeline);
    for (const [code, letters] of Object.entries(counters.deadLetters)) {
      set.add('littoral_dead_letter_records_total', letters, { ...pipeline, code });
      if (isDecodeCode(code)) set.add('littoral_decode_errors_total', letters, { ...pipeline, code });
    }
    set.add('littoral_conservation_error_records', counters.conservationError, pipeline);
  }
  for (const { node, rule, count } of figures.violations) set.add('littoral_rule_violations_total', count, { ...pipeline, node, rule });
  for (const { node, kind, field, count } of figures.drift) set.add('littoral_schema_drift_total', count, { ...pipeline, node, kind, field });
  for (const [reason, rows] of Object.entries(figures.dropped)) set.add('littoral_dropped_records_total', rows, { ...pipeline, reason, intentional: String(!UNINTENTIONAL.has(reason)) });
  set.add('littoral_duplicates_suppressed_total', figures.duplicates, pipeline);
  set.add('littoral_packet_id_violations_total', figures.packetIdViolations, pipeline);
  set.add('littoral_sessions_lost_total', figures.sessionsLost, pipeline);
  for (const [connection, count] of figures.brokerDropped) set.add('littoral_broker_dropped_messages_total', count, { connection });
  set.add('littoral_slow_records_total', figures.slowRecords, pipeline);
}

function addStores(set: MetricSet, { inbox, sinks, nowMs }: AgentFigures): void {
  set.add('littoral_inbox_rows', inbox.rows);
  set.add('littoral_inbox_bytes', inbox.bytes);
  set.add('littoral_inbox_oldest_age_seconds', ageSeconds(nowMs, inbox.oldestMs));
  set.add('littoral_inbox_unprocessed_rows', inbox.unprocessed);
  for (const { sink, rows, oldestMs, up, carriedOut, processing, endToEnd } of sinks) {
    set.add('littoral_outbox_rows', rows, { sink });
    set.add('littoral_outbox_oldest_age_seconds', ageSeconds(nowMs, oldestMs), { sink });
    set.add('littoral_sink_up', up ? 1 : 0, { sink });
    set.add('littoral_sink_records_total', carriedOut, { sink });
    if (processing !== null) set.addHistogram('littoral_processing_latency_seconds', processing, { sink });
    if (endToEnd !== null) set.addHistogram('littoral_end_to_end_latency_seconds', endToEnd, { sink });
  }
}

function addTimes(set: MetricSet, { nowMs, commits, counters, inference, active, checkpointAgeMs, sources }: AgentFigures): void {
  set.addHistogram('littoral_commit_duration_seconds', commits.durations);
  set.addHistogram('littoral_inference_duration_seconds', inference);
  set.add('littoral_last_commit_timestamp_seconds', commits.lastMs === 0 ? null : commits.lastMs / 1_000);
  set.add('littoral_fsync_errors_total', commits.failures);
  set.add('littoral_checkpoint_age_seconds', checkpointAgeMs / 1_000);
  set.add('littoral_watermark_lag_seconds', counters === null ? null : (nowMs - counters.watermarkMs) / 1_000, { pipeline: active?.pipeline ?? '' });
  for (const { source, topic, up, missing, newestMs, silentMs } of sources) {
    set.add('littoral_source_silent_seconds', silentMs === null ? null : silentMs / 1_000, { source });
    set.add('littoral_source_up', up ? 1 : 0, { source, topic });
    set.add('littoral_source_gap_total', missing, { source });
    set.add('littoral_freshness_seconds', newestMs === null ? null : (nowMs - newestMs) / 1_000, { source });
  }
}

function addPlan(set: MetricSet, { nodes, slo, active }: AgentFigures): void {
  for (const { node, op, rowsIn, rowsOut, rowsInState, busySeconds, busyRatio } of nodes) {
    const labels = { node, op };
    set.add('littoral_operator_busy_ratio', busyRatio, labels);
    set.add('littoral_operator_busy_seconds_total', busySeconds, labels);
    set.add('littoral_operator_rows_in_total', rowsIn, labels);
    set.add('littoral_operator_rows_out_total', rowsOut, labels);
    set.add('littoral_operator_state_rows', rowsInState, labels);
  }
  for (const { objective, ok, burnRate } of slo) {
    const labels = { pipeline: active?.pipeline ?? '', objective };
    set.add('littoral_slo_ok', ok ? 1 : 0, labels);
    set.add('littoral_slo_burn_rate', burnRate, labels);
  }
}

function addBundles(set: MetricSet, { active, rejected, live, rollbacks, onProbation, shadows }: AgentFigures): void {
  if (active !== null) set.add('littoral_bundle_info', 1, { pipeline: active.pipeline, release: String(active.release), sha: active.sha256 });
  for (const [reason, count] of rejected) set.add('littoral_bundle_rejected_total', count, { reason });
  set.add('littoral_agent_live', live ? 1 : 0);
  for (const [reason, count] of Object.entries(rollbacks)) set.add('littoral_rollbacks_total', count, { reason });
  set.add('littoral_release_on_probation', onProbation ? 1 : 0);
  for (const { node, model, tallies } of shadows) {
    const { compared = 0, agreed = 0, failed = 0, maxDifference = 0, meanDifference = 0 } = tallies;
    for (const [verdict, count] of Object.entries({ agreed, differed: compared - agreed, failed })) set.add('littoral_shadow_rows_total', count, { node, model, verdict });
    set.add('littoral_shadow_difference_max', maxDifference, { node, model });
    set.add('littoral_shadow_difference_mean', meanDifference, { node, model });
  }
}

function addProcess(set: MetricSet, figures: AgentFigures): void {
  set.add('littoral_agent_info', 1, { version: figures.agentVersion });
  for (const { signal, count } of figures.telemetryDropped) set.add('littoral_telemetry_dropped_total', count, { signal });
  set.add('process_start_time_seconds', figures.startedMs / 1_000);
  set.add('process_resident_memory_bytes', figures.residentBytes);
  set.add('process_cpu_seconds_total', figures.cpuSeconds);
  set.add('process_open_fds', figures.openFiles);
}

function ageSeconds(nowMs: number, sinceMs: number | null): number {
  return sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1_000;
}
