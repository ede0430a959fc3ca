import type { Env } from '../env/env';
import { traceOf, type EffectContext } from './effect-context';
import { SpanKind, type Span } from './otlp-spans';
import { effectContext, isSampled, parseTraceContext, traceparentOf, type TraceContext } from './trace-context';

/** One effect that belongs to a trace. */
export interface EffectTrace {
  /** Values to send along, by the names of W3C Trace Context. */
  readonly properties: Readonly<Record<string, string>>;
  /** The effect is carried out. */
  carriedOut(): void;
}

export interface Effect {
  /** Deterministic id. */
  readonly id: string;
  /** Key of the sink. */
  readonly sink: string;
  readonly context: EffectContext | null;
  /** Position of its (first) row in the outbox row. */
  readonly row: number;
  /** Attributes of the span. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface TracerOptions {
  readonly env: Env;
  /** Takes finished spans; null: nobody does, and contexts are passed on as they came. */
  readonly onSpan: ((span: Span) => void) | null;
  /** Share of effects without a context that begin a trace of their own. */
  readonly ratio: number;
}

/**
 * Carries traces from messages to effects. An effect is in the trace of the input that released it; a window has many inputs,
 * and the others of late are links. With somebody to take spans each effect is a span from the receipt of that input until
 * it is carried out, its id made of the effect's id; with nobody the context travels on unchanged.
 */
export class Tracer {
  constructor(private readonly options: TracerOptions) {}

  /** null: the effect belongs to no trace. */
  begin(effect: Effect): EffectTrace | null {
    const { onSpan, ratio } = this.options;
    const run = effect.context === null ? null : traceOf(effect.context, effect.row);
    const parent = run === null ? null : parseTraceContext(run.traceparent, run.tracestate);
    if (onSpan === null) return parent === null ? null : { properties: propertiesOf(parent), carriedOut: () => undefined };
    if (parent === null && ratio <= 0) return null;
    const own = effectContext(effect.id, parent, ratio);
    if (parent === null && !isSampled(own.traceId, ratio)) return null;
    return {
      properties: propertiesOf(own),
      carriedOut: () => {
        if (own.sampled) onSpan(this.spanOf(effect, own, parent));
      }
    };
  }

  private spanOf({ id, sink, context, attributes }: Effect, own: TraceContext, parent: TraceContext | null): Span {
    const endMs = this.options.env.nowMs();
    const receivedMs = context?.receivedMs ?? NaN;
    const links = (context?.links ?? []).flatMap(text => parseTraceContext(text) ?? []);
    return {
      traceId: own.traceId,
      spanId: own.spanId,
      parentSpanId: parent?.spanId ?? null,
      name: `send ${sink.slice(sink.lastIndexOf('/') + 1)}`,
      kind: SpanKind.producer,
      startMs: Number.isFinite(receivedMs) ? receivedMs : endMs,
      endMs,
      attributes: { 'messaging.operation.type': 'send', 'messaging.message.id': id, 'littoral.sink': sink, ...attributes },
      links: links.filter(({ spanId }) => spanId !== parent?.spanId).map(({ traceId, spanId }) => ({ traceId, spanId })),
      state: own.state
    };
  }
}

function propertiesOf(context: TraceContext): Record<string, string> {
  return { traceparent: traceparentOf(context), ...(context.state === '' ? {} : { tracestate: context.state }) };
}
