import type { ReportCounters } from '../../engine/graph/graph-api';
import { ENGINE_VERSION } from '../../engine/version';
import { repeat, type Env, type Timer } from '../env/env';
import { SEVERITY_RANK, toEntry, type Log, type LogFacts, type Severity } from '../log/log';
import { metricFamilies, type AgentFigures } from '../metrics/agent-metrics';
import { BusyWindow } from '../metrics/busy-window';
import { EffectTimes, type RowTimes } from '../metrics/effect-times';
import { SloWatch, type SloTotals, type SloVerdict } from '../metrics/slo-watch';
import { withoutCredentials } from '../secrets/url-secrets';
import { OtlpExporter } from '../telemetry/otlp-exporter';
import type { OtlpSettings } from '../telemetry/otlp-settings';
import { Tracer } from '../telemetry/tracer';
import { Standstill } from './standstill';
import type { RunningPipeline } from './running-pipeline';

/** Effects may be this late where the plan does not say. */
const SLOW_MS = 60_000;
const LOOK_MS = 1_000;
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
  readonly agentId: string;
  readonly startedMs: number;
  readonly running: () => RunningPipeline | null;
  readonly figures: () => AgentFigures;
  readonly otlp: OtlpSettings | null;
  readonly traceRatio: number;
  /** Where lines go that the exporter says about itself. */
  readonly log: Log | undefined;
}

/** What the agent remembers about its own course: for metrics, status, service levels and telemetry. */
export class Observation {
  readonly effects = new EffectTimes();
  readonly busy = new BusyWindow();
  readonly standstill = new Standstill();
  readonly exporter: OtlpExporter | null;
  readonly tracer: Tracer;
  private readonly slo = new SloWatch();
  private timer: Timer | null = null;
  private noted: NotedProblem[] = [];

  constructor(private readonly options: ObservationOptions) {
    const { env, startedMs, otlp, log } = options;
    this.exporter =
      otlp === null
        ? null
        : new OtlpExporter({
            env,
            startedMs,
            settings: otlp,
            version: ENGINE_VERSION,
            resource: () => this.resource(),
            metrics: () => metricFamilies(options.figures()),
            log: (text, facts) => {
              this.keep(text, facts);
              log?.(text, facts);
            }
          });
    const { exporter } = this;
    this.tracer = new Tracer({ env, ratio: options.traceRatio, onSpan: exporter === null ? null : span => exporter.span(span) });
  }

  start(): void {
    this.timer = repeat(this.options.env, LOOK_MS, () => this.look());
    this.exporter?.start();
  }

  /** Sends what telemetry still waits, within a second or two. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.exporter?.stop();
  }

  /** `rows` effects of `sink`, made at `createdMs`, were carried out just now. */
  carriedOut(sink: string, rows: number, createdMs: number, times: RowTimes | null): void {
    const limitMs = this.options.running()?.deployment.plan.slo?.p99LatencyMs ?? SLOW_MS;
    const receivedMs = times === null || Number.isNaN(times.receivedMs) ? createdMs : times.receivedMs;
    this.effects.carriedOut(sink, rows, { receivedMs, eventTimeMs: times?.eventTimeMs ?? NaN }, this.options.env.nowMs(), limitMs);
  }

  /** Takes a line of the log: keeps problems, hands it to the exporter. */
  note(text: string, facts: LogFacts | undefined): void {
    this.keep(text, facts);
    this.exporter?.entry(toEntry(this.options.env.nowMs(), withoutCredentials(text), facts));
  }

  /** The last problems, oldest first. */
  get problems(): readonly NotedProblem[] {
    return this.noted;
  }

  /** The objectives of the running plan over the last minutes. */
  verdicts(): readonly SloVerdict[] {
    const running = this.options.running();
    return running === null ? [] : this.slo.verdicts(running.deployment.plan.slo, this.options.env.nowMs(), this.totalsOf(running.pipeline.totals));
  }

  private keep(text: string, facts: LogFacts | undefined): void {
    if (facts === undefined || SEVERITY_RANK[facts.severity ?? 'info'] < SEVERITY_RANK.warn) return;
    const problem = { timeMs: this.options.env.nowMs(), severity: facts.severity ?? 'warn', event: facts.event, text: withoutCredentials(text) };
    this.noted = [...this.noted.slice(1 - PROBLEMS_MAX), problem];
  }

  private look(): void {
    const running = this.options.running();
    if (running === null) return;
    this.slo.observe(this.options.env.nowMs(), this.totalsOf(running.pipeline.totals));
    this.standstill.observe(this.options.env.monotonicMs(), running);
  }

  private resource(): Record<string, string | number> {
    const active = this.options.running()?.deployment;
    return {
      'service.version': ENGINE_VERSION,
      'service.instance.id': this.options.agentId,
      ...(active === undefined ? {} : { 'littoral.pipeline': active.pipeline, 'littoral.release': active.release })
    };
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
