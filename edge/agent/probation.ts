import { LatencyHistogram } from '../../engine/graph/latency-histogram';
import type { ReportCounters } from '../../engine/graph/graph-api';
import { checkSlo } from '../../engine/graph/slo';
import type { Slo } from '../../engine/plan/plan';
import { repeat, type Env, type Timer } from '../env/env';
import type { Baseline } from './release-state';

/** Why a release was given up; the label of `littoral_rollbacks_total`. */
export type RollbackReason = 'conservation' | 'inference' | 'late_share' | 'dead_letter_share' | 'p99_latency' | 'exception' | 'crash_loop';

/** What a release on probation has done so far. */
export interface ProbationFigures {
  readonly totals: ReportCounters;
  /** Requests to models, and how many of them failed. */
  readonly inference: { readonly count: number; readonly failed: number };
  /** Inputs of this release have been seen. */
  readonly hasData: boolean;
  /** A sink is away: what it carries out late is not the release's fault. */
  readonly sinkTrouble: boolean;
}

export interface ProbationOptions {
  readonly env: Env;
  readonly slo: Slo;
  readonly baseline: Baseline;
  /** Counted from the first input on. */
  readonly durationMs: number;
  readonly figures: () => ProbationFigures;
  readonly onPassed: () => void;
  readonly onFailed: (reason: RollbackReason, detail: string) => void;
}

const LOOK_MS = 500;
/** Shares and quantiles of fewer records are judged only when the time is over. */
const RECORDS_MIN = 100;
/** Models may fail for this share of requests where the plan names no share of dead letters. */
const INFERENCE_SHARE_MAX = 0.01;
const NAMES: Readonly<Record<string, RollbackReason>> = { 'p99 latency': 'p99_latency', 'late share': 'late_share', 'dead letter share': 'dead_letter_share' };

/** Watches a release while the former one can still come back. */
export class Probation {
  private readonly latency = new LatencyHistogram();
  private timer: Timer | null = null;
  private firstDataMs: number | null = null;
  /** What was received before this moment waited for something else than the release. */
  private troubledUntilMs: number;

  constructor(private readonly options: ProbationOptions) {
    this.troubledUntilMs = options.env.nowMs();
  }

  start(): void {
    const { env, durationMs } = this.options;
    this.timer = repeat(env, Math.min(LOOK_MS, Math.max(20, durationMs / 4)), () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /** Milliseconds until the release has proven itself; null: it has had no data yet. */
  get remainingMs(): number | null {
    const { env, durationMs } = this.options;
    return this.firstDataMs === null ? null : Math.max(0, this.firstDataMs + durationMs - env.monotonicMs());
  }

  /** `count` effects of what was received at `receivedMs` have been carried out. */
  carriedOut(count: number, receivedMs: number): void {
    if (receivedMs <= this.troubledUntilMs) return;
    this.latency.add(Math.max(0, this.options.env.nowMs() - receivedMs), count);
  }

  private look(): void {
    const { env, onPassed, onFailed } = this.options;
    const figures = this.options.figures();
    if (figures.sinkTrouble) this.troubledUntilMs = env.nowMs();
    if (figures.hasData) this.firstDataMs ??= env.monotonicMs();
    const over = this.remainingMs === 0;
    const failure = this.judge(figures, over);
    if (failure !== null) {
      this.stop();
      onFailed(...failure);
    } else if (over) {
      this.stop();
      onPassed();
    }
  }

  private judge({ totals, inference }: ProbationFigures, over: boolean): readonly [RollbackReason, string] | null {
    const { slo, baseline } = this.options;
    if (totals.conservationError !== 0) return ['conservation', `${totals.conservationError} records are unaccounted for`];
    const recordsMin = over ? 1 : RECORDS_MIN;
    const share = inference.count === 0 ? 0 : inference.failed / inference.count;
    const shareMax = slo.deadLetterShareMax ?? INFERENCE_SHARE_MAX;
    if (inference.count >= Math.min(recordsMin, 10) && share > shareMax) return ['inference', `${inference.failed} of ${inference.count} requests to its models failed, more than ${shareMax * 100} %`];
    const since = sinceBaseline(totals, baseline);
    const latencyMs = this.latency.count >= recordsMin ? this.latency.quantile(0.99) : null;
    for (const { name, ok, seen, expected } of checkSlo(slo, since, latencyMs)) {
      const reason = NAMES[name];
      const judged = reason === 'p99_latency' ? latencyMs !== null : since.rowsIn >= recordsMin;
      if (!ok && judged && reason !== undefined) return [reason, `${name} is ${seen}, the plan allows ${expected}`];
    }
    return null;
  }
}

function sinceBaseline(totals: ReportCounters, baseline: Baseline): ReportCounters {
  const deadLetters = Object.fromEntries(Object.entries(totals.deadLetters).map(([code, count]) => [code, count - (baseline.deadLetters[code] ?? 0)]));
  return { ...totals, rowsIn: totals.rowsIn - baseline.rowsIn, late: totals.late - baseline.late, deadLetters };
}
