import type { LogValue } from '../log/log';
import { attributesOf, nanoseconds, type Resource } from './otlp-values';

/** By OpenTelemetry: a process takes a message (5) or sends one (4). */
export const SpanKind = { internal: 1, producer: 4, consumer: 5 } as const;

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** A finished span. */
export interface Span extends SpanLink {
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: (typeof SpanKind)[keyof typeof SpanKind];
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, LogValue>>;
  readonly links: readonly SpanLink[];
  readonly state: string;
}

/** The body of `POST /v1/traces`. */
export function spansRequest(spans: readonly Span[], from: { readonly resource: Resource; readonly version: string }): object {
  const list = spans.map(({ traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, links, state }) => ({
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    ...(state === '' ? {} : { traceState: state }),
    name,
    kind,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
    attributes: attributesOf(attributes),
    links: links.map(link => ({ traceId: link.traceId, spanId: link.spanId })),
    flags: 1,
    status: {}
  }));
  return { resourceSpans: [{ resource: { attributes: attributesOf(from.resource) }, scopeSpans: [{ scope: { name: 'littoral', version: from.version }, spans: list }] }] };
}
