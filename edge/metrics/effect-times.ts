import { Histogram, LATENCY_BOUNDS_S } from './histogram';

/** What an outbox row tells of its times, ms since the epoch; NaN where it is not known. */
export interface RowTimes {
  /** Receipt of the input that released it. */
  readonly receivedMs: number;
  readonly eventTimeMs: number;
}

interface SinkTimes {
  readonly processing: Histogram;
  readonly endToEnd: Histogram;
  carriedOut: number;
}

const SINKS_MAX = 400;

/** How long effects took, by sink, since the start of the process. */
export class EffectTimes {
  private readonly sinks = new Map<string, SinkTimes>();
  /** Effects later than the service level allows. */
  slow = 0;
  /** Effects carried out. */
  count = 0;

  /** `rows` effects of `sink` were carried out at `nowMs`; the service level allows `limitMs` since receipt. */
  carriedOut(sink: string, rows: number, times: RowTimes, nowMs: number, limitMs: number): void {
    const known = this.sinkOf(sink);
    this.count += rows;
    if (nowMs - times.receivedMs > limitMs) this.slow += rows;
    if (known === null) return;
    known.carriedOut += rows;
    known.processing.observe((nowMs - times.receivedMs) / 1_000, rows);
    known.endToEnd.observe((nowMs - times.eventTimeMs) / 1_000, rows);
  }

  of(sink: string): Readonly<SinkTimes> | null {
    return this.sinks.get(sink) ?? null;
  }

  private sinkOf(sink: string): SinkTimes | null {
    let times = this.sinks.get(sink);
    if (times === undefined && this.sinks.size < SINKS_MAX) {
      times = { processing: new Histogram(LATENCY_BOUNDS_S), endToEnd: new Histogram(LATENCY_BOUNDS_S), carriedOut: 0 };
      this.sinks.set(sink, times);
    }
    return times ?? null;
  }
}
