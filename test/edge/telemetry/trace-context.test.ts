import { describe, expect, it } from 'vitest';
import { effectContext, isSampled, parseTraceContext, traceparentOf } from '../../../edge/telemetry/trace-context';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a trace context', () => {
  it('is read from traceparent and tracestate and written back', () => {
    const context = parseTraceContext(PARENT, 'rojo=00f067aa0ba902b7');
    expect(context).toEqual({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true, state: 'rojo=00f067aa0ba902b7' });
    expect(context && traceparentOf(context)).toBe(PARENT);
  });

  it('takes what later versions append, by the specification', () => {
    expect(parseTraceContext('cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-holds')?.sampled).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['a version that is none', PARENT.replace(/^00/, 'ff')],
    ['version 00 with more', `${PARENT}-more`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['a span id of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
    ['upper case', PARENT.toUpperCase()],
    ['too few digits', PARENT.replace('0af', '0a')],
    ['a very long text', `cc${PARENT.slice(2)}-${'x'.repeat(10_000)}`]
  ])('is none from %s', (_name, text) => expect(parseTraceContext(text)).toBeNull());

  it('leaves a tracestate out that is too long or no text', () => {
    expect(parseTraceContext(PARENT, 'x'.repeat(513))?.state).toBe('');
    expect(parseTraceContext(PARENT, 'a=\u0007')?.state).toBe('');
  });
});

describe('the trace of an effect', () => {
  it('is that of the input which released it, with a span id of its own that a replay gives again', () => {
    const parent = parseTraceContext(PARENT, 'a=1');
    const first = effectContext('pumps/1/alerts/0', parent, 0);
    expect(first).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true, state: 'a=1' });
    expect(first.spanId).not.toBe('b7ad6b7169203331');
    expect(effectContext('pumps/1/alerts/0', parent, 0)).toEqual(first);
    expect(effectContext('pumps/1/alerts/1', parent, 0).spanId).not.toBe(first.spanId);
  });

  it('is one of its own without such an input, sampled by its id alone', () => {
    const ids = Array.from({ length: 4_000 }, (_none, index) => effectContext(`pumps/1/alerts/${index}`, null, 0.1));
    expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(4_000);
    const share = ids.filter(({ sampled }) => sampled).length / ids.length;
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.13);
    expect(isSampled('f'.repeat(32), 1)).toBe(true);
    expect(isSampled('0'.repeat(31) + '1', 0)).toBe(false);
  });
});
