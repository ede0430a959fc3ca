import { isDecodeCode } from '../../engine/codec/decode-failure';
import type { ReportCounters } from '../../engine/graph/graph-api';
import { Exposition } from './exposition';

/** Everything about a running agent that its metrics say. Times in milliseconds since the epoch. */
export interface AgentFigures {
  readonly nowMs: number;
  readonly startedMs: number;
  readonly agentVersion: string;
  readonly active: { readonly pipeline: string; readonly release: number; readonly sha256: string } | null;
  readonly counters: ReportCounters | null;
  /** Of the rules of `validate`. */
  readonly violations: readonly { readonly node: string; readonly rule: string; readonly count: number }[];
  /** How payloads depart from the schema of their source: `kind` unknown, missing, type, range or event. */
  readonly drift: readonly { readonly node: string; readonly kind: string; readonly field: string; readonly count: number }[];
  readonly duplicates: number;
  readonly packetIdViolations: number;
  readonly slowRecords: number;
  /** Counted drops with their reason, e.g. rows in the state of a pipeline that was replaced. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly inbox: { readonly rows: number; readonly bytes: number; readonly oldestMs: number | null; readonly unprocessed: number };
  readonly outbox: readonly { readonly sink: string; readonly rows: number; readonly oldestMs: number | null }[];
  readonly commits: { readonly count: number; readonly seconds: number; readonly lastMs: number; readonly failures: number };
  readonly checkpointAgeMs: number;
  readonly inference: { readonly count: number; readonly seconds: number };
  readonly rejected: ReadonlyMap<string, number>;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

/** Prometheus text of `figures`. */
export function agentMetrics(figures: AgentFigures): string {
  const out = new Exposition();
  addFlow(out, figures);
  addStores(out, figures);
  addTimes(out, figures);
  addBundles(out, figures);
  addProcess(out, figures);
  return out.text();
}

function addFlow(out: Exposition, figures: AgentFigures): void {
  const { counters, active } = figures;
  const pipeline = { pipeline: active?.pipeline ?? '' };
  const counter = (name: string, help: string, value: number | null, labels = {}): void => out.add({ name: `littoral_${name}`, type: 'counter', help }, value, { ...pipeline, ...labels });
  if (counters !== null) {
    counter('records_in_total', 'Records that entered the pipeline.', counters.rowsIn);
    for (const [sink, rows] of Object.entries(counters.rowsOut)) counter('records_out_total', 'Rows that reached a sink.', rows, { sink });
    counter('records_filtered_total', 'Records that a filter left out.', counters.filtered);
    counter('records_in_gap_total', 'Records between two windows.', counters.inGap);
    counter('dropped_records_total', 'Records that were dropped on purpose.', counters.duplicates, { reason: 'duplicate', intentional: 'true' });
    counter('dropped_records_total', 'Records that were dropped on purpose.', counters.dropped, { reason: 'operator', intentional: 'true' });
    counter('late_records_dropped_total', 'Records whose window was gone.', counters.late);
    for (const [code, letters] of Object.entries(counters.deadLetters)) {
      counter('dead_letter_records_total', 'Records that became dead letters.', letters, { code });
      if (isDecodeCode(code)) counter('decode_errors_total', 'Messages that could not be decoded.', letters, { code });
    }
    out.add({ name: 'littoral_conservation_error_records', type: 'gauge', help: 'Records that are unaccounted for; 0, or Littoral has a bug.' }, counters.conservationError, pipeline);
  }
  for (const { node, rule, count } of figures.violations) counter('rule_violations_total', 'Violations of a validation rule.', count, { node, rule });
  for (const { node, kind, field, count } of figures.drift) counter('schema_drift_total', 'Departures of payloads from the schema of their source.', count, { node, kind, field });
  for (const [reason, rows] of Object.entries(figures.dropped)) counter('dropped_records_total', 'Records that were dropped on purpose.', rows, { reason, intentional: 'true' });
  counter('duplicates_suppressed_total', 'Messages that a broker sent again and that were known.', figures.duplicates);
  counter('packet_id_violations_total', 'Packet ids that a broker used again too early.', figures.packetIdViolations);
  counter('slow_records_total', 'Rows that were carried out later than the service level allows.', figures.slowRecords);
}

function addStores(out: Exposition, { inbox, outbox, nowMs }: AgentFigures): void {
  const gauge = (name: string, help: string, value: number | null, labels = {}): void => out.add({ name: `littoral_${name}`, type: 'gauge', help }, value, labels);
  gauge('inbox_rows', 'Inputs since the last checkpoint.', inbox.rows);
  gauge('inbox_bytes', 'Bytes of the inputs since the last checkpoint.', inbox.bytes);
  gauge('inbox_oldest_age_seconds', 'Age of the oldest input that the engine has not seen.', ageSeconds(nowMs, inbox.oldestMs));
  gauge('inbox_unprocessed_rows', 'Inputs that the engine has not seen.', inbox.unprocessed);
  for (const { sink, rows, oldestMs } of outbox) {
    gauge('outbox_rows', 'Rows that wait for a sink.', rows, { sink });
    gauge('outbox_oldest_age_seconds', 'Age of the oldest row that waits for a sink.', ageSeconds(nowMs, oldestMs), { sink });
  }
}

function addTimes(out: Exposition, figures: AgentFigures): void {
  const { nowMs, commits, counters, inference } = figures;
  out.addSummary({ name: 'littoral_commit_duration_seconds', help: 'Time of a transaction, synced.' }, commits.count, commits.seconds);
  out.addSummary({ name: 'littoral_inference_duration_seconds', help: 'Time of a request to a model.' }, inference.count, inference.seconds);
  out.add({ name: 'littoral_last_commit_timestamp_seconds', type: 'gauge', help: 'When the last transaction was synced.' }, commits.lastMs === 0 ? null : commits.lastMs / 1_000);
  out.add({ name: 'littoral_fsync_errors_total', type: 'counter', help: 'Transactions that the disk refused.' }, commits.failures);
  out.add({ name: 'littoral_checkpoint_age_seconds', type: 'gauge', help: 'Age of the checkpoint while inputs are newer than it.' }, figures.checkpointAgeMs / 1_000);
  const lagMs = counters === null ? null : nowMs - counters.watermarkMs;
  out.add({ name: 'littoral_watermark_lag_seconds', type: 'gauge', help: 'Now minus the watermark.' }, lagMs === null ? null : lagMs / 1_000, { pipeline: figures.active?.pipeline ?? '' });
}

function addBundles(out: Exposition, { active, rejected }: AgentFigures): void {
  if (active !== null) out.add({ name: 'littoral_bundle_info', type: 'gauge', help: 'The active bundle.' }, 1, { pipeline: active.pipeline, release: String(active.release), sha: active.sha256 });
  for (const [reason, count] of rejected) out.add({ name: 'littoral_bundle_rejected_total', type: 'counter', help: 'Bundles that were refused.' }, count, { reason });
}

function addProcess(out: Exposition, figures: AgentFigures): void {
  out.add({ name: 'littoral_agent_info', type: 'gauge', help: 'The agent.' }, 1, { version: figures.agentVersion });
  out.add({ name: 'process_start_time_seconds', type: 'gauge', help: 'When the process started.' }, figures.startedMs / 1_000);
  out.add({ name: 'process_resident_memory_bytes', type: 'gauge', help: 'Resident memory.' }, figures.residentBytes);
  out.add({ name: 'process_cpu_seconds_total', type: 'counter', help: 'Processor time, user and system.' }, figures.cpuSeconds);
}

function ageSeconds(nowMs: number, sinceMs: number | null): number {
  return sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1_000;
}
