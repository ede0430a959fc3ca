import { describe, expect, it } from 'vitest';
import { EffectOrigins } from '../../../edge/agent/effect-origins';
import { systemEnv } from '../../../edge/env/system-env';
import { decodeContext, encodeContext, LINKS_MAX, traceOf, TRACE_RUNS_MAX } from '../../../edge/telemetry/effect-context';
import type { Span } from '../../../edge/telemetry/otlp-spans';
import { keptProperties } from '../../../edge/telemetry/trace-context';
import { Tracer } from '../../../edge/telemetry/tracer';
import type { Batch } from '../../../engine/batch/batch';
import type { GraphInput } from '../../../engine/graph/graph-api';

const trace = (index: number): string => `00-${(index + 1).toString(16).padStart(32, '0')}-${(index + 1).toString(16).padStart(16, '0')}-01`;
const message = (arrivalTimeMs: number, traceparent?: string): GraphInput => ({ kind: 'message', arrivalTimeMs, topic: 't', payload: new Uint8Array(0), ...(traceparent === undefined ? {} : { properties: { traceparent } }) });
const batch = (at: readonly number[], eventTimeMs: readonly number[]): Batch => ({ schema: { fields: [] }, rowCount: at.length, columns: [], at: Float64Array.from(at), eventTimeMs: Float64Array.from(eventTimeMs) });

describe('where effects come from', () => {
  it('is the input that released them: its receipt and its trace, run by run', () => {
    const origins = new EffectOrigins();
    origins.begin(10, [message(1_000, trace(0)), message(1_010), { kind: 'tick', arrivalTimeMs: 1_020 }, message(1_030, trace(1))]);
    const context = origins.contextOf(batch([10, 10, 11, 12, 13], [500, 400, 600, 700, 800]));
    expect(context).toMatchObject({ receivedMs: 1_000, eventTimeMs: 400, links: [trace(0), trace(1)] });
    expect([0, 1, 2, 3, 4].map(row => traceOf(context, row)?.traceparent ?? null)).toEqual([trace(0), trace(0), null, null, trace(1)]);
    expect(decodeContext(encodeContext(context))).toEqual(context);
  });

  it('takes little room without traces, and bounded room with many', () => {
    const origins = new EffectOrigins();
    origins.begin(0, [message(1_700_000_000_000)]);
    const plain = encodeContext(origins.contextOf(batch([0, 0], [1_700_000_000_000, 1_700_000_000_001])));
    expect(plain).toBe('[1700000000000,1700000000000]');
    origins.begin(0, Array.from({ length: 500 }, (_none, index) => message(index, trace(index))));
    const many = origins.contextOf(batch(Array.from({ length: 500 }, (_none, index) => index), new Array<number>(500).fill(0)));
    expect(many.traces).toHaveLength(TRACE_RUNS_MAX);
    expect(many.links).toHaveLength(LINKS_MAX);
    expect(many.links.at(-1)).toBe(trace(499));
  });

  it('is not known of rows of an earlier version or of an input that is no longer there', () => {
    expect(decodeContext(null)).toBeNull();
    const origins = new EffectOrigins();
    origins.begin(5, [message(1)]);
    expect(decodeContext(encodeContext(origins.contextOf(batch([3], [NaN]))))).toEqual({ receivedMs: NaN, eventTimeMs: NaN, traces: [], links: [] });
    expect(() => decodeContext('{"')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error);
  });
});

describe('user properties of a message', () => {
  it('are kept only as far as they are a valid trace context', () => {
    expect(keptProperties([])).toBeUndefined();
    expect(keptProperties([['color', 'red'], ['traceparent', trace(0)], ['tracestate', 'a=1']])).toEqual({ traceparent: trace(0), tracestate: 'a=1' });
    expect(keptProperties([['traceparent', 'nonsense'], ['tracestate', 'a=1']])).toBeUndefined();
  });
});

describe('a tracer', () => {
  const context = { receivedMs: 1_000, eventTimeMs: 900, traces: [{ from: 0, count: 1, traceparent: trace(0), tracestate: 'a=1' }], links: [trace(0), trace(7)] };

  it('passes contexts on unchanged when nobody takes spans', () => {
    const tracer = new Tracer({ env: systemEnv(), onSpan: null, ratio: 1 });
    expect(tracer.begin({ id: 'p/1/s/0', sink: 'p/1/s', context, row: 0 })?.properties).toEqual({ traceparent: trace(0), tracestate: 'a=1' });
    expect(tracer.begin({ id: 'p/1/s/1', sink: 'p/1/s', context, row: 1 })).toBeNull();
  });

  it('makes each effect a span in the trace of its input, the same again after a kill', () => {
    const spans: Span[] = [];
    const begin = (): string => {
      const effect = new Tracer({ env: systemEnv(), onSpan: span => spans.push(span), ratio: 0 }).begin({ id: 'p/1/alerts/0', sink: 'p/1/alerts', context, row: 0, attributes: { 'messaging.system': 'mqtt' } });
      effect?.carriedOut();
      return effect?.properties['traceparent'] ?? '';
    };
    expect(begin()).toBe(begin());
    expect(spans[0]).toMatchObject({ traceId: trace(0).slice(3, 35), parentSpanId: trace(0).slice(36, 52), name: 'send alerts', startMs: 1_000, state: 'a=1', attributes: { 'messaging.message.id': 'p/1/alerts/0', 'messaging.system': 'mqtt' } });
    expect(spans[0]?.links).toEqual([{ traceId: trace(7).slice(3, 35), spanId: trace(7).slice(36, 52) }]);
    expect(begin().slice(36, 52)).toBe(spans[0]?.spanId);
  });

  it('records nothing of a trace that is not sampled, and begins traces only when asked to', () => {
    const spans: Span[] = [];
    const unsampled = { ...context, traces: [{ from: 0, count: 1, traceparent: trace(0).replace(/01$/, '00'), tracestate: '' }] };
    const effect = { id: 'p/1/s/0', sink: 'p/1/s', row: 0 };
    const quiet = new Tracer({ env: systemEnv(), onSpan: span => spans.push(span), ratio: 0 });
    const unrecorded = quiet.begin({ ...effect, context: unsampled });
    unrecorded?.carriedOut();
    expect(unrecorded?.properties['traceparent']).toMatch(/-00$/);
    expect(quiet.begin({ ...effect, context: null })).toBeNull();
    expect(spans).toEqual([]);
    new Tracer({ env: systemEnv(), onSpan: span => spans.push(span), ratio: 1 }).begin({ ...effect, context: null })?.carriedOut();
    expect(spans).toMatchObject([{ parentSpanId: null, links: [] }]);
  });
});
