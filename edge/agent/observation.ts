import type { ReportCounters } from '../../engine/graph/graph-api';
import type { Slo } from '../../engine/plan/plan';
import { repeat, type Env, type Timer } from '../env/env';
import { SEVERITY_RANK, type LogFacts, type Severity } from '../log/log';
import { BusyWindow } from '../metrics/busy-window';
import { EffectTimes, type RowTimes } from '../metrics/effect-times';
import { SloWatch, type SloTotals, type SloVerdict } from '../metrics/slo-watch';

/** Effects may be this late where the plan does not say. */
const SLOW_MS = 60_000;
const LOOK_MS = 10_000;
const PROBLEMS_MAX = 20;

/** A line of the log that was a warning or worse. */
export interface NotedProblem {
  readonly timeMs: number;
  readonly severity: Severity;
  readonly event: string;
  readonly text: string;
}

export interface ObservationOptions {
  readonly env: Env;
  /** Of the running pipeline; null: none runs. */
  readonly running: () => { readonly slo: Slo | undefined; readonly totals: ReportCounters } | null;
}

/** What the agent remembers about its own course for metrics, status and service levels. */
export class Observation {
  readonly effects = new EffectTimes();
  readonly busy = new BusyWindow();
  private readonly slo = new SloWatch();
  private timer: Timer | null = null;
  private noted: NotedProblem[] = [];

  constructor(private readonly options: ObservationOptions) {}

  start(): void {
    this.timer = repeat(this.options.env, LOOK_MS, () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** `rows` effects of `sink` were carried out just now. */
  carriedOut(sink: string, rows: number, times: RowTimes): void {
    const limitMs = this.options.running()?.slo?.p99LatencyMs ?? SLOW_MS;
    this.effects.carriedOut(sink, rows, times, this.options.env.nowMs(), limitMs);
  }

  /** Keeps what the log says of problems. */
  note(text: string, facts: LogFacts | undefined): void {
    if (facts === undefined || SEVERITY_RANK[facts.severity ?? 'info'] < SEVERITY_RANK.warn) return;
    this.noted = [...this.noted.slice(1 - PROBLEMS_MAX), { timeMs: this.options.env.nowMs(), severity: facts.severity ?? 'warn', event: facts.event, text }];
  }

  /** The last problems, oldest first. */
  get problems(): readonly NotedProblem[] {
    return this.noted;
  }

  /** The objectives of the running plan over the last minutes. */
  verdicts(): readonly SloVerdict[] {
    const running = this.options.running();
    return running === null ? [] : this.slo.verdicts(running.slo, this.options.env.nowMs(), this.totalsOf(running.totals));
  }

  private look(): void {
    const running = this.options.running();
    if (running !== null) this.slo.observe(this.options.env.nowMs(), this.totalsOf(running.totals));
  }

  private totalsOf({ rowsIn, late, deadLetters }: ReportCounters): SloTotals {
    return {
      recordsIn: rowsIn,
      late: late + (deadLetters['LATE'] ?? 0),
      deadLetters: Object.values(deadLetters).reduce((sum, count) => sum + count, 0),
      effects: this.effects.count,
      slowEffects: this.effects.slow
    };
  }
}
