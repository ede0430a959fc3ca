import { LittoralError } from '../../engine/error';
import type { RowTimes } from '../metrics/effect-times';

/** Rows `from`, `from` + 1, … of an outbox row, `count` of them, were released by one input that brought a trace context. */
export interface TraceRun {
  readonly from: number;
  readonly count: number;
  readonly traceparent: string;
  readonly tracestate: string;
}

/** What is known of how the rows of one outbox row came about. Kept beside them, so that a repetition after a kill says the same. */
export interface EffectContext extends RowTimes {
  readonly traces: readonly TraceRun[];
  /** Trace contexts of inputs shortly before, which may have had a part in it; a hint, at most `LINKS_MAX`. */
  readonly links: readonly string[];
}

export const LINKS_MAX = 8;
/** Further runs of one outbox row go without their trace. */
export const TRACE_RUNS_MAX = 64;

type Stored = readonly [receivedMs: number | null, eventTimeMs: number | null, runs?: readonly (readonly [number, number, string, string])[], links?: readonly string[]];

/** `context` as short text; without traces some 30 characters. */
export function encodeContext({ receivedMs, eventTimeMs, traces, links }: EffectContext): string {
  const times = [finite(receivedMs), finite(eventTimeMs)] as const;
  const stored: Stored = traces.length === 0 ? times : [...times, traces.map(run => [run.from, run.count, run.traceparent, run.tracestate] as const), links];
  return JSON.stringify(stored);
}

/** Throws `STORE_CORRUPT` when the text is not what `encodeContext` writes. Rows of earlier versions have none: then null. */
export function decodeContext(text: string | null | undefined): EffectContext | null {
  if (text === null || text === undefined) return null;
  try {
    const [receivedMs, eventTimeMs, runs = [], links = []] = JSON.parse(text) as Stored;
    return { receivedMs: receivedMs ?? NaN, eventTimeMs: eventTimeMs ?? NaN, traces: runs.map(([from, count, traceparent, tracestate]) => ({ from, count, traceparent, tracestate })), links };
  } catch (cause) {
    throw new LittoralError('STORE_CORRUPT', `outbox row: its context of ${text.length} characters is unreadable; expected what this agent writes. Restore the data folder from a copy, or start with an empty one.`, { cause });
  }
}

/** The run that row `index` belongs to. */
export function traceOf({ traces }: EffectContext, index: number): TraceRun | null {
  return traces.find(({ from, count }) => index >= from && index < from + count) ?? null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
