import type { Plan, SinkNode } from '../../plan/plan';

/** What alerts and dashboards need to know of a plan. Names of nodes and sinks hold letters, digits, "-", "_" and "." alone. */
export interface PlanFacts {
  readonly pipeline: string;
  readonly sources: readonly { readonly id: string; readonly topic: string }[];
  readonly windows: readonly string[];
  readonly models: readonly string[];
  readonly sinks: readonly { readonly name: string; readonly connector: string }[];
  readonly latency: LatencyObjective;
  readonly lateShareMax: number | null;
  readonly deadLetterShareMax: number;
  /** The watermark may stay this far behind the clock, as the sources are declared. */
  readonly watermarkLagMaxSeconds: number;
}

/** So many of the records must be effective within so many seconds. */
export interface LatencyObjective {
  readonly seconds: number;
  /** Share of records that may be slower, 0…1. */
  readonly budget: number;
}

/** 99.9 % within a minute, for plans that declare nothing. */
const LATENCY_DEFAULT: LatencyObjective = { seconds: 60, budget: 0.001 };
const DEAD_LETTER_SHARE_DEFAULT = 0.01;
const WATERMARK_SLACK_SECONDS = 120;

/** Reads the facts from `plan`. A 99th percentile leaves one record in a hundred as the budget. */
export function planFacts(plan: Plan): PlanFacts {
  const { p99LatencyMs, lateShareMax, deadLetterShareMax } = plan.slo ?? {};
  const sources = plan.nodes.filter(node => node.op === 'source');
  const delays = sources.map(({ config }) => (config.maxOutOfOrdernessMs + (config.idleTimeoutMs ?? 0)) / 1_000);
  return {
    pipeline: plan.name,
    sources: sources.map(({ id, config }) => ({ id, topic: 'topic' in config ? config.topic : '' })),
    windows: plan.nodes.filter(node => node.op === 'window').map(node => node.id),
    models: plan.nodes.filter(node => node.op === 'predict').map(node => node.config.model),
    sinks: plan.nodes.filter((node): node is SinkNode => node.op === 'sink').map(({ config }) => ({ name: config.name, connector: config.connector })),
    latency: p99LatencyMs === undefined ? LATENCY_DEFAULT : { seconds: p99LatencyMs / 1_000, budget: 0.01 },
    lateShareMax: lateShareMax ?? null,
    deadLetterShareMax: deadLetterShareMax ?? DEAD_LETTER_SHARE_DEFAULT,
    watermarkLagMaxSeconds: WATERMARK_SLACK_SECONDS + Math.ceil(Math.max(0, ...delays))
  };
}
