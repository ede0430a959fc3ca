import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { repeat, withinMs, type Env, type Timer } from '../env/env';
import type { Log, LogEntry } from '../log/log';
import type { MetricFamily } from '../metrics/metric-set';
import { logsRequest } from './otlp-logs';
import { metricsRequest } from './otlp-metrics';
import { type OtlpSettings, type Signal, SIGNALS } from './otlp-settings';
import { spansRequest, type Span } from './otlp-spans';
import type { Resource } from './otlp-values';

export interface OtlpExporterOptions {
  readonly settings: OtlpSettings;
  readonly env: Env;
  readonly version: string;
  readonly startedMs: number;
  /** Read at each export; the release may change. */
  readonly resource: () => Resource;
  readonly metrics: () => readonly MetricFamily[];
  readonly log: Log;
}

/** Spans or log lines that wait; more are dropped, newest first, and counted. */
export const QUEUE_MAX = 2_048;
const BATCH_MAX = 512;
const EVERY_MS = 2_000;
const FLUSH_MS = 2_000;
const RETRY_AFTER_MS_MAX = 60_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const RETRYABLE = new Set([429, 502, 503, 504]);
const compress = promisify(gzip);

type Verdict = 'taken' | 'refused' | 'later';

/**
 * Sends metrics, spans and log lines to an OpenTelemetry receiver by OTLP over HTTP, as JSON. The pipeline never waits for
 * it: what does not fit into the queues, or what the receiver refuses, is dropped and counted in `dropped`.
 */
export class OtlpExporter {
  readonly dropped: Record<Signal, number> = { metrics: 0, traces: 0, logs: 0 };
  private spans: Span[] = [];
  private entries: LogEntry[] = [];
  private readonly timers: Timer[] = [];
  private readonly sending = new Map<Signal, Promise<void>>();
  private notBeforeMs = 0;
  private problem: string | null = null;
  private closed = false;

  constructor(private readonly options: OtlpExporterOptions) {}

  start(): void {
    const { env, settings } = this.options;
    this.timers.push(repeat(env, EVERY_MS, () => this.sendQueues()), repeat(env, settings.metricsEveryMs, () => this.send('metrics')));
  }

  /** Queues a finished span. */
  span(span: Span): void {
    if (this.spans.length >= QUEUE_MAX || this.closed) this.dropped.traces++;
    else this.spans.push(span);
  }

  /** Queues a log line. */
  entry(entry: LogEntry): void {
    if (this.entries.length >= QUEUE_MAX || this.closed) this.dropped.logs++;
    else this.entries.push(entry);
  }

  /** Sends what waits, within a second or two, and ends. */
  async stop(): Promise<void> {
    if (this.closed) return;
    for (const timer of this.timers) timer.cancel();
    await withinMs(this.options.env, this.sendAll(), FLUSH_MS);
    this.closed = true;
  }

  private async sendAll(): Promise<void> {
    await Promise.all(this.sending.values());
    this.notBeforeMs = 0;
    this.sendQueues();
    this.send('metrics');
    await Promise.all(this.sending.values());
  }

  private sendQueues(): void {
    if (this.spans.length > 0) this.send('traces');
    if (this.entries.length > 0) this.send('logs');
  }

  /** At most one request per signal is on its way. */
  private send(signal: Signal): void {
    if (this.closed || this.sending.has(signal) || this.options.env.nowMs() < this.notBeforeMs) return;
    const work = this.exportOnce(signal).finally(() => this.sending.delete(signal));
    this.sending.set(signal, work);
  }

  private async exportOnce(signal: Signal): Promise<void> {
    const batch = this.take(signal);
    if (batch === null) return;
    const { body, count } = batch;
    const { verdict, rejected } = await this.post(signal, body);
    const leaves = verdict !== 'later' || signal === 'metrics';
    if (leaves && signal === 'traces') this.spans = this.spans.slice(count);
    if (leaves && signal === 'logs') this.entries = this.entries.slice(count);
    if (verdict === 'taken') this.dropped[signal] += Math.min(rejected, count);
    else if (leaves) this.dropped[signal] += count;
  }

  /** null: the agent cannot say its figures now, as when its disk fails; what ends the agent is not said here. */
  private take(signal: Signal): { readonly body: object; readonly count: number } | null {
    try {
      return this.batchOf(signal);
    } catch (error) {
      this.dropped[signal]++;
      this.failed(signal, `they cannot be read: ${wordsOf(error)}`, true);
      return null;
    }
  }

  private batchOf(signal: Signal): { readonly body: object; readonly count: number } {
    const { version, startedMs, env } = this.options;
    const from = { version, startedMs, nowMs: env.nowMs(), resource: { ...this.options.resource(), ...this.options.settings.resource } };
    if (signal === 'metrics') return { body: metricsRequest(this.options.metrics(), from), count: 1 };
    if (signal === 'traces') return { body: spansRequest(this.spans.slice(0, BATCH_MAX), from), count: Math.min(BATCH_MAX, this.spans.length) };
    return { body: logsRequest(this.entries.slice(0, BATCH_MAX), from), count: Math.min(BATCH_MAX, this.entries.length) };
  }

  private async post(signal: Signal, body: object): Promise<{ readonly verdict: Verdict; readonly rejected: number }> {
    const { settings } = this.options;
    try {
      const text = JSON.stringify(body);
      const response = await fetch(settings.urls[signal], {
        method: 'POST',
        redirect: 'error',
        headers: { ...settings.headers(), 'Content-Type': 'application/json', ...(settings.gzip ? { 'Content-Encoding': 'gzip' } : {}) },
        body: settings.gzip ? new Uint8Array(await compress(text)) : text,
        signal: AbortSignal.timeout(settings.timeoutMs)
      });
      if (response.ok) return { verdict: this.worked(), rejected: rejectedIn(await shortText(response)) };
      await response.body?.cancel();
      if (RETRYABLE.has(response.status)) this.waitFor(response.headers.get('retry-after'));
      return { verdict: this.failed(signal, `HTTP ${response.status}`, RETRYABLE.has(response.status)), rejected: 0 };
    } catch (error) {
      return { verdict: this.failed(signal, wordsOf(error), true), rejected: 0 };
    }
  }

  private waitFor(retryAfter: string | null): void {
    const seconds = Number(retryAfter);
    if (retryAfter !== null && Number.isFinite(seconds)) this.notBeforeMs = this.options.env.nowMs() + Math.min(RETRY_AFTER_MS_MAX, Math.max(0, seconds) * 1_000);
  }

  private worked(): Verdict {
    if (this.problem !== null) this.options.log('otlp: the receiver takes telemetry again.', { event: 'telemetry.recovered' });
    this.problem = null;
    return 'taken';
  }

  /** Said once per outage: the log itself may be what cannot be sent. */
  private failed(signal: Signal, words: string, later: boolean): Verdict {
    if (this.problem === null) {
      this.problem = words;
      this.options.log(`otlp: ${new URL(this.options.settings.urls[signal]).origin} does not take ${signal} (${words}); ${later ? 'it is tried again' : 'they are dropped'}. The pipeline is not affected.`, {
        event: 'telemetry.failed',
        severity: 'warn',
        fields: { signal, reason: words }
      });
    }
    return later ? 'later' : 'refused';
  }
}

/** What was dropped, by signal, for the metrics. */
export function droppedTelemetry(exporter: OtlpExporter | null): readonly { readonly signal: Signal; readonly count: number }[] {
  return exporter === null ? [] : SIGNALS.map(signal => ({ signal, count: exporter.dropped[signal] }));
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message;
}

async function shortText(response: Response): Promise<string> {
  if (Number(response.headers.get('content-length') ?? 0) > ANSWER_BYTES_MAX || response.body === null) return '';
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    if (text.length > ANSWER_BYTES_MAX) return '';
  }
  return text;
}

/** A receiver that takes a part says how many it refused. */
function rejectedIn(text: string): number {
  const match = /"rejected(?:Spans|LogRecords|DataPoints)"\s*:\s*"?(\d{1,9})/.exec(text);
  return match === null ? 0 : Number(match[1]);
}
