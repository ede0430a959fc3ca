export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface MetricSpec {
  readonly type: MetricType;
  /** What it says, one sentence. */
  readonly help: string;
  /** Unit by UCUM, as OpenTelemetry has it. */
  readonly unit: string;
  /** Name in OpenTelemetry. */
  readonly otel: string;
}

const counter = (otel: string, unit: string, help: string): MetricSpec => ({ type: 'counter', help, unit, otel });
const gauge = (otel: string, unit: string, help: string): MetricSpec => ({ type: 'gauge', help, unit, otel });
const histogram = (otel: string, unit: string, help: string): MetricSpec => ({ type: 'histogram', help, unit, otel });

/**
 * Every metric of the agent: name for Prometheus → what it is and its name in OpenTelemetry. Alerts and dashboards are made
 * from these names; a name is changed only with a CHANGELOG entry.
 */
export const METRICS = {
  littoral_records_in_total: counter('littoral.records.in', '{record}', 'Records that entered the pipeline.'),
  littoral_records_out_total: counter('littoral.records.out', '{record}', 'Rows that reached a sink.'),
  littoral_records_filtered_total: counter('littoral.records.filtered', '{record}', 'Records that a filter left out.'),
  littoral_records_in_gap_total: counter('littoral.records.in_gap', '{record}', 'Records between two windows.'),
  littoral_late_records_dropped_total: counter('littoral.records.late', '{record}', 'Records whose window was gone.'),
  littoral_decode_errors_total: counter('littoral.decode.errors', '{message}', 'Messages that could not be decoded.'),
  littoral_dead_letter_records_total: counter('littoral.dead_letters', '{record}', 'Records that became dead letters.'),
  littoral_dropped_records_total: counter('littoral.records.dropped', '{record}', 'Records that were dropped on purpose.'),
  littoral_source_gap_total: counter('littoral.source.gap', '{message}', 'Sequence numbers of devices that never came.'),
  littoral_duplicates_suppressed_total: counter('littoral.duplicates.suppressed', '{message}', 'Messages that were sent again and that were known.'),
  littoral_packet_id_violations_total: counter('littoral.mqtt.packet_id_violations', '{message}', 'Packet ids that a broker used again too early.'),
  littoral_sessions_lost_total: counter('littoral.mqtt.sessions_lost', '{session}', 'Sessions that a broker no longer knew: what it held for them is gone.'),
  littoral_broker_dropped_messages_total: counter('littoral.mqtt.broker_dropped', '{message}', 'Messages that a broker says it has dropped.'),
  littoral_slow_records_total: counter('littoral.records.slow', '{record}', 'Rows that were carried out later than the service level allows.'),
  littoral_rule_violations_total: counter('littoral.rule.violations', '{record}', 'Violations of a validation rule.'),
  littoral_schema_drift_total: counter('littoral.schema.drift', '{record}', 'Departures of payloads from the schema of their source.'),
  littoral_conservation_error_records: gauge('littoral.conservation.error', '{record}', 'Records that are unaccounted for; 0, or Littoral has a bug.'),

  littoral_inbox_rows: gauge('littoral.inbox.rows', '{record}', 'Inputs since the last checkpoint.'),
  littoral_inbox_bytes: gauge('littoral.inbox.size', 'By', 'Bytes of the inputs since the last checkpoint.'),
  littoral_inbox_oldest_age_seconds: gauge('littoral.inbox.oldest_age', 's', 'Age of the oldest input that the engine has not seen.'),
  littoral_inbox_unprocessed_rows: gauge('littoral.inbox.unprocessed', '{record}', 'Inputs that the engine has not seen.'),
  littoral_outbox_rows: gauge('littoral.outbox.rows', '{record}', 'Rows that wait for a sink.'),
  littoral_outbox_oldest_age_seconds: gauge('littoral.outbox.oldest_age', 's', 'Age of the oldest row that waits for a sink.'),

  littoral_commit_duration_seconds: histogram('littoral.commit.duration', 's', 'Time of a transaction, synced.'),
  littoral_last_commit_timestamp_seconds: gauge('littoral.commit.last_timestamp', 's', 'When the last transaction was synced.'),
  littoral_fsync_errors_total: counter('littoral.commit.errors', '{error}', 'Transactions that the disk refused.'),
  littoral_checkpoint_age_seconds: gauge('littoral.checkpoint.age', 's', 'Age of the checkpoint while inputs are newer than it.'),
  littoral_watermark_lag_seconds: gauge('littoral.watermark.lag', 's', 'Now minus the watermark.'),
  littoral_freshness_seconds: gauge('littoral.freshness', 's', 'Now minus the newest event time that is committed.'),
  littoral_operator_busy_ratio: gauge('littoral.operator.busy', '1', 'Share of the last seconds that a node of the plan computed.'),
  littoral_operator_busy_seconds_total: counter('littoral.operator.busy_time', 's', 'Time that a node of the plan computed.'),
  littoral_operator_rows_in_total: counter('littoral.operator.rows.in', '{record}', 'Rows that entered a node of the plan.'),
  littoral_operator_rows_out_total: counter('littoral.operator.rows.out', '{record}', 'Rows that left a node of the plan.'),
  littoral_operator_state_rows: gauge('littoral.operator.state.rows', '{record}', 'Rows in the state of a node of the plan.'),
  littoral_inference_duration_seconds: histogram('littoral.inference.duration', 's', 'Time of a request to a model.'),
  littoral_processing_latency_seconds: histogram('littoral.processing.latency', 's', 'Effect minus receipt of the input that released it.'),
  littoral_end_to_end_latency_seconds: histogram('littoral.end_to_end.latency', 's', 'Effect minus event time of its row.'),

  littoral_source_silent_seconds: gauge('littoral.source.silent', 's', 'How long a source has brought nothing.'),
  littoral_source_up: gauge('littoral.source.up', '1', 'Whether a source gets its messages; 0 says that something keeps them away.'),
  littoral_sink_up: gauge('littoral.sink.up', '1', 'Whether a sink carries rows out; 0 says that something holds it up.'),
  littoral_sink_records_total: counter('littoral.sink.records', '{record}', 'Rows that a sink has carried out.'),
  littoral_slo_ok: gauge('littoral.slo.ok', '1', 'Whether an objective of the plan holds over the running window.'),
  littoral_slo_burn_rate: gauge('littoral.slo.burn_rate', '1', 'How many times faster than allowed an objective uses up its budget.'),

  littoral_bundle_info: gauge('littoral.bundle.info', '1', 'The active bundle.'),
  littoral_bundle_rejected_total: counter('littoral.bundle.rejected', '{bundle}', 'Bundles that were refused.'),
  littoral_rollbacks_total: counter('littoral.rollbacks', '{release}', 'Releases that were given up for the one before, since the agent was set up.'),
  littoral_release_on_probation: gauge('littoral.release.on_probation', '1', 'Whether the active release may still give way to the former one.'),
  littoral_shadow_rows_total: counter('littoral.shadow.rows', '{record}', 'Rows that a model in the shadow has seen: agreed, differed or failed.'),
  littoral_shadow_difference_max: gauge('littoral.shadow.difference.max', '1', 'Largest difference between a model in the shadow and the live one.'),
  littoral_shadow_difference_mean: gauge('littoral.shadow.difference.mean', '1', 'Mean difference between a model in the shadow and the live one.'),
  littoral_agent_info: gauge('littoral.agent.info', '1', 'The agent.'),
  littoral_agent_live: gauge('littoral.agent.live', '1', 'Whether a pipeline runs and takes in messages.'),
  littoral_telemetry_dropped_total: counter('littoral.telemetry.dropped', '{item}', 'Spans, log lines and metric exports that the receiver did not take.'),
  littoral_series_dropped_total: counter('littoral.series.dropped', '{series}', 'Series that were left out because a metric has too many.'),

  process_start_time_seconds: gauge('process.start_time', 's', 'When the process started.'),
  process_resident_memory_bytes: gauge('process.memory.usage', 'By', 'Resident memory.'),
  process_cpu_seconds_total: counter('process.cpu.time', 's', 'Processor time, user and system.'),
  process_open_fds: gauge('process.open_file_descriptor.count', '{file_descriptor}', 'Open file handles.')
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
