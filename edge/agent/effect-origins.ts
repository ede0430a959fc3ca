import type { Batch } from '../../engine/batch/batch';
import type { GraphInput } from '../../engine/graph/graph-api';
import { LINKS_MAX, TRACE_RUNS_MAX, type EffectContext, type TraceRun } from '../telemetry/effect-context';

/** Knows of each row of a step which input released it: when it came and in which trace. */
export class EffectOrigins {
  private firstAt = 0;
  private inputs: readonly GraphInput[] = [];
  private recent: readonly string[] = [];

  /** The step begins whose first input gets index `firstAt`. */
  begin(firstAt: number, inputs: readonly GraphInput[]): void {
    this.firstAt = firstAt;
    this.inputs = inputs;
    for (const input of inputs) {
      const traceparent = propertyOf(input, 'traceparent');
      if (traceparent !== undefined && !this.recent.includes(traceparent)) this.recent = [...this.recent.slice(1 - LINKS_MAX), traceparent];
    }
  }

  /** Receipt and event time are those of the oldest row. */
  contextOf(batch: Batch): EffectContext {
    let receivedMs = Infinity;
    let eventTimeMs = Infinity;
    const traces: TraceRun[] = [];
    let lastAt = NaN;
    for (let row = 0; row < batch.rowCount; row++) {
      eventTimeMs = Math.min(eventTimeMs, batch.eventTimeMs[row] ?? Infinity);
      const at = batch.at[row] ?? NaN;
      if (at === lastAt) continue;
      lastAt = at;
      const input = this.inputs[at - this.firstAt];
      if (input === undefined || input.kind === 'end') continue;
      receivedMs = Math.min(receivedMs, input.arrivalTimeMs);
      const traceparent = propertyOf(input, 'traceparent');
      if (traceparent === undefined || traces.length === TRACE_RUNS_MAX) continue;
      traces.push({ from: row, count: runLength(batch.at, row, batch.rowCount), traceparent, tracestate: propertyOf(input, 'tracestate') ?? '' });
    }
    return { receivedMs, eventTimeMs, traces, links: traces.length === 0 ? [] : this.recent };
  }
}

function propertyOf(input: GraphInput, name: string): string | undefined {
  const value = input.kind === 'message' ? input.properties?.[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function runLength(at: Float64Array, from: number, end: number): number {
  let row = from + 1;
  while (row < end && at[row] === at[from]) row++;
  return row - from;
}
