import type { PlanFacts } from './plan-facts';
import { appeared, ofPipeline, ofSink, ofSources, ratioAbove, whereRunning } from './promql';
import type { RatioWindow } from './promql';

/** One alert of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expression: string;
  /** It must hold this long, as Prometheus writes durations. */
  readonly holds: string;
  /** `page`: somebody looks now. `ticket`: somebody looks on a working day. */
  readonly severity: 'page' | 'ticket';
  /** Labels beside severity and pipeline, for alerts that stand several times. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What to look at and to do. */
  readonly action: string;
}

/** Multiwindow burn rates of the Site Reliability Workbook for 2 %, 5 % and 10 % of the budget of 30 days. */
const BURN_RATES: readonly { readonly name: string; readonly rate: number; readonly windows: readonly [RatioWindow, RatioWindow]; readonly holds: string; readonly severity: 'page' | 'ticket' }[] = [
  { name: 'Fast', rate: 14.4, windows: ['1h', '5m'], holds: '2m', severity: 'page' },
  { name: 'Medium', rate: 6, windows: ['6h', '30m'], holds: '15m', severity: 'page' },
  { name: 'Slow', rate: 1, windows: ['3d', '6h'], holds: '1h', severity: 'ticket' }
];

/** The alerts of a pipeline, in the order of its rules file. */
export function alertRules(facts: PlanFacts): readonly AlertRule[] {
  return [...burnRates(facts), ...shares(facts), ...flow(facts), ...sinks(facts), ...machine(facts)];
}

function burnRates({ pipeline, latency }: PlanFacts): readonly AlertRule[] {
  const percent = Number(((1 - latency.budget) * 100).toFixed(3));
  return BURN_RATES.map(({ name, rate, windows, holds, severity }) => ({
    alert: `LittoralLatencyBudget${name}`,
    expression: ratioAbove('slow_records', windows, `${rate} * ${latency.budget}`, pipeline),
    holds,
    severity,
    summary: `${pipeline} on {{ $labels.instance }} spends the latency budget (${percent} % within ${latency.seconds} s) ${rate} times as fast as it may`,
    action: 'Look at outbox_oldest_age_seconds (a slow sink), inbox_unprocessed_rows (a slow machine) and inference_duration_seconds (a slow model).'
  }));
}

function shares({ pipeline, lateShareMax, deadLetterShareMax }: PlanFacts): readonly AlertRule[] {
  const deadLetters: AlertRule = {
    alert: 'LittoralDeadLetterShare',
    expression: ratioAbove('dead_letter_records', ['1h', '5m'], String(deadLetterShareMax), pipeline),
    holds: '2m',
    severity: 'ticket',
    summary: `more than ${deadLetterShareMax} of the records of ${pipeline} on {{ $labels.instance }} become dead letters`,
    action: 'dead_letter_records_total by code says why; schema_drift_total says which field of which source has changed.'
  };
  if (lateShareMax === null) return [deadLetters];
  const late: AlertRule = {
    alert: 'LittoralLateShare',
    expression: ratioAbove('late_records_dropped', ['1h', '5m'], String(lateShareMax), pipeline),
    holds: '2m',
    severity: 'ticket',
    summary: `more than ${lateShareMax} of the records of ${pipeline} on {{ $labels.instance }} come too late for their window`,
    action: 'Look at clocks and network of the devices; a larger maxOutOfOrdernessMs of the source lets more in and answers later.'
  };
  return [deadLetters, late];
}

function flow({ pipeline, sources, watermarkLagMaxSeconds }: PlanFacts): readonly AlertRule[] {
  const here = ofPipeline(pipeline);
  return [
    {
      alert: 'LittoralAgentAbsent',
      expression: `absent(littoral_bundle_info${here})`,
      holds: '5m',
      severity: 'page',
      summary: `no agent that runs ${pipeline} is seen`,
      action: 'Is the agent up, and does Prometheus reach its /metrics? Every other alert is silent meanwhile.'
    },
    {
      alert: 'LittoralStalled',
      expression: whereRunning('littoral_inbox_oldest_age_seconds > 120 or (time() - littoral_last_commit_timestamp_seconds) > 120', pipeline),
      holds: '1m',
      severity: 'page',
      summary: `${pipeline} on {{ $labels.instance }} has made no progress for two minutes`,
      action: '/readyz says what it waits for: the broker, the disk, or devices that send nothing.'
    },
    {
      alert: 'LittoralConservationError',
      expression: `littoral_conservation_error_records${here} != 0`,
      holds: '0s',
      severity: 'page',
      summary: `${pipeline} on {{ $labels.instance }} cannot account for {{ $value }} records`,
      action: 'That is a bug of Littoral. Keep the data folder and report it with the recording of that time.'
    },
    {
      alert: 'LittoralWatermarkLag',
      expression: `littoral_watermark_lag_seconds${here} > ${watermarkLagMaxSeconds}`,
      holds: '5m',
      severity: 'ticket',
      summary: `the watermark of ${pipeline} on {{ $labels.instance }} is {{ $value | humanizeDuration }} behind the clock`,
      action: 'One silent source or topic holds it: give the source an idleTimeoutMs, or look for the device.'
    },
    {
      alert: 'LittoralSourceGap',
      expression: whereRunning(`increase(littoral_source_gap_total${ofSources(sources.map(source => source.id))}[15m]) > 0`, pipeline),
      holds: '0s',
      severity: 'ticket',
      summary: `messages of source {{ $labels.source }} of ${pipeline} were lost before {{ $labels.instance }} got them`,
      action: 'The sequence numbers of the devices have holes: look at queue limits and persistence of the broker.'
    }
  ];
}

function sinks({ pipeline, sinks: all }: PlanFacts): readonly AlertRule[] {
  return all.map(({ name }) => ({
    alert: 'LittoralSinkBacklog',
    expression: whereRunning(`littoral_outbox_oldest_age_seconds${ofSink(name)} > 300`, pipeline),
    holds: '5m',
    severity: 'ticket',
    labels: { sink: name },
    summary: `rows of ${pipeline} on {{ $labels.instance }} have waited {{ $value | humanizeDuration }} for sink ${name}`,
    action: 'Is the receiver of that sink up? The rows are on disk and leave in order when it is back; outbox_rows says how many.'
  }));
}

function machine({ pipeline }: PlanFacts): readonly AlertRule[] {
  return [
    {
      alert: 'LittoralBundleRejected',
      expression: appeared('littoral_bundle_rejected_total', '15m'),
      holds: '0s',
      severity: 'ticket',
      summary: 'the agent on {{ $labels.instance }} refused a bundle: {{ $labels.reason }}',
      action: 'What ran before goes on. Ask `littoral verify` on the bundle what is wrong with it.'
    },
    {
      alert: 'LittoralRolledBack',
      expression: whereRunning(appeared('littoral_rollbacks_total', '15m'), pipeline),
      holds: '0s',
      severity: 'page',
      summary: `{{ $labels.instance }} has gone back to the former release of ${pipeline}: {{ $labels.reason }}`,
      action: 'The new release broke its promise on probation; /status says how. Mend it and give it a higher number.'
    },
    {
      alert: 'LittoralDiskRefuses',
      expression: whereRunning('increase(littoral_fsync_errors_total[5m]) > 0', pipeline),
      holds: '0s',
      severity: 'page',
      summary: 'the disk of {{ $labels.instance }} refuses writes',
      action: 'Is the disk full, read-only or broken? Nothing that was acknowledged is lost; nothing more is taken in.'
    },
    {
      alert: 'LittoralCheckpointOld',
      expression: whereRunning('littoral_checkpoint_age_seconds > 600', pipeline),
      holds: '5m',
      severity: 'ticket',
      summary: `the checkpoint of ${pipeline} on {{ $labels.instance }} is {{ $value | humanizeDuration }} old`,
      action: 'A restart would run all inputs since then again. Look at commit_duration_seconds and at the size of the state.'
    }
  ];
}
