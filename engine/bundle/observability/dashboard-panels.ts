import type { PlanFacts } from './plan-facts';

/** One panel: its queries take the agents that the dashboard's variables choose. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  /** As Grafana names units. */
  readonly unit: string;
  readonly kind: 'timeseries' | 'stat';
  readonly min: number | null;
  readonly queries: readonly { readonly expression: string; readonly legend: string }[];
}

type Query = Panel['queries'][number];

const AGENTS = 'job=~"$job", instance=~"$instance"';

/** The panels of a pipeline: is it well, what flows, what waits, how long it takes. */
export function dashboardPanels(facts: PlanFacts): readonly Panel[] {
  return [...health(facts), ...flow(facts), ...backlog(facts), ...times(facts), ...machine()];
}

function health({ pipeline }: PlanFacts): readonly Panel[] {
  return [
    panel('Release', 'The active release of each agent.', 'none', 'stat', [{ expression: `max by (instance, release) (littoral_bundle_info{pipeline="${pipeline}", ${AGENTS}})`, legend: '{{instance}}: release {{release}}' }]),
    panel('Unaccounted records', 'Must be 0; anything else is a bug of Littoral.', 'short', 'stat', [gauge('conservation_error_records', pipeline)]),
    panel('Refused bundles', 'By reason, since the agent started.', 'short', 'stat', [{ expression: `sum by (instance, reason) (littoral_bundle_rejected_total{${AGENTS}})`, legend: '{{instance}}: {{reason}}' }])
  ];
}

function flow({ pipeline, sources, windows, lateShareMax, deadLetterShareMax }: PlanFacts): readonly Panel[] {
  const gaps = { expression: `sum by (instance, source) (rate(littoral_source_gap_total{${AGENTS}}[$__rate_interval]))`, legend: '{{instance}}: {{source}}' };
  const topics = sources.map(({ id, topic }) => `${id} (${topic})`).join(', ');
  return [
    panel('Records in', `Records that entered from ${topics}.`, 'rowsps', 'timeseries', [rate('records_in', pipeline)]),
    panel('Rows out', 'Rows that reached each sink.', 'rowsps', 'timeseries', [rate('records_out', pipeline, 'sink')]),
    panel('Late and in gaps', `Records whose window was gone${lateShareMax === null ? '' : `, at most ${lateShareMax} of all`}; windows: ${windows.join(', ') || 'none'}.`, 'rowsps', 'timeseries', [rate('late_records_dropped', pipeline), rate('records_in_gap', pipeline)]),
    panel('Dead letters', `Records that could not be used, by code; at most ${deadLetterShareMax} of all.`, 'rowsps', 'timeseries', [rate('dead_letter_records', pipeline, 'code')]),
    panel('Filtered and dropped', 'Records that the plan leaves out, and drops by reason.', 'rowsps', 'timeseries', [rate('records_filtered', pipeline), rate('dropped_records', pipeline, 'reason')]),
    panel('Lost before us, suppressed', 'Holes in the sequence numbers of devices, and messages that the broker sent twice.', 'rowsps', 'timeseries', [gaps, rate('duplicates_suppressed', pipeline)])
  ];
}

function backlog({ sinks }: PlanFacts): readonly Panel[] {
  const names = sinks.map(({ name, connector }) => `${name} (${connector})`).join(', ');
  return [
    panel('Inbox', 'Inputs on disk since the last checkpoint.', 'short', 'timeseries', [agentGauge('inbox_rows')]),
    panel('Outbox', `Rows that wait for their sink: ${names}.`, 'short', 'timeseries', [agentGauge('outbox_rows', 'sink')]),
    panel('Oldest waiting', 'Age of what has waited longest, for the engine and for each sink.', 's', 'timeseries', [agentGauge('inbox_oldest_age_seconds'), agentGauge('outbox_oldest_age_seconds', 'sink')])
  ];
}

function times({ pipeline, latency, models }: PlanFacts): readonly Panel[] {
  const slow = `sum by (instance) (rate(littoral_slow_records_total{pipeline="${pipeline}", ${AGENTS}}[$__rate_interval])) / sum by (instance) (rate(littoral_records_in_total{pipeline="${pipeline}", ${AGENTS}}[$__rate_interval]))`;
  const inference: readonly Panel[] = models.length === 0 ? [] : [panel('Inference', `Mean time of a request to ${[...new Set(models)].join(', ')}.`, 's', 'timeseries', [meanTime('inference_duration_seconds')])];
  return [
    panel('Watermark lag', 'Now minus the watermark.', 's', 'timeseries', [gauge('watermark_lag_seconds', pipeline)]),
    panel('Share of slow records', `Slower than ${latency.seconds} s; ${latency.budget} of all may be.`, 'percentunit', 'timeseries', [{ expression: slow, legend: '{{instance}}' }]),
    panel('Commit', 'Mean time of a synced transaction.', 's', 'timeseries', [meanTime('commit_duration_seconds')]),
    ...inference
  ];
}

function machine(): readonly Panel[] {
  const cpu = `sum by (instance) (rate(process_cpu_seconds_total{${AGENTS}}[$__rate_interval]))`;
  return [
    panel('Processor', 'Cores in use.', 'short', 'timeseries', [{ expression: cpu, legend: '{{instance}}' }]),
    panel('Memory', 'Resident memory of the agent.', 'bytes', 'timeseries', [{ expression: `max by (instance) (process_resident_memory_bytes{${AGENTS}})`, legend: '{{instance}}' }])
  ];
}

function panel(title: string, description: string, unit: string, kind: Panel['kind'], queries: readonly Query[]): Panel {
  return { title, description, unit, kind, min: kind === 'timeseries' ? 0 : null, queries };
}

function rate(counter: string, pipeline: string, by?: string): Query {
  const labels = by === undefined ? 'instance' : `instance, ${by}`;
  return { expression: `sum by (${labels}) (rate(littoral_${counter}_total{pipeline="${pipeline}", ${AGENTS}}[$__rate_interval]))`, legend: by === undefined ? `{{instance}}: ${counter}` : `{{instance}}: {{${by}}}` };
}

function gauge(name: string, pipeline: string): Query {
  return { expression: `max by (instance) (littoral_${name}{pipeline="${pipeline}", ${AGENTS}})`, legend: '{{instance}}' };
}

function agentGauge(name: string, by?: string): Query {
  const labels = by === undefined ? 'instance' : `instance, ${by}`;
  return { expression: `max by (${labels}) (littoral_${name}{${AGENTS}})`, legend: by === undefined ? '{{instance}}' : `{{instance}}: {{${by}}}` };
}

function meanTime(name: string): Query {
  const part = (suffix: string): string => `sum by (instance) (rate(littoral_${name}_${suffix}{${AGENTS}}[$__rate_interval]))`;
  return { expression: `${part('sum')} / ${part('count')}`, legend: '{{instance}}' };
}
