import { describe, expect, it } from 'vitest';
import { EffectsHorizon } from '../../../edge/agent/effects-horizon';

/** An outbox by hand: ids that wait, per sink. */
function outbox(): { readonly rows: Map<string, number[]>; outboxEnd(sink: string, end: 'first' | 'last'): number | null } {
  const rows = new Map<string, number[]>();
  return { rows, outboxEnd: (sink, end) => rows.get(sink)?.at(end === 'first' ? 0 : -1) ?? null };
}

describe('EffectsHorizon', () => {
  it('reaches an input when the rows that were there after it have left', () => {
    const store = outbox();
    const horizon = new EffectsHorizon(store);
    store.rows.set('a', [1, 2]);
    horizon.stepped(10, ['a'], true);
    store.rows.set('a', [1, 2, 3]);
    horizon.stepped(20, ['a'], true);
    expect(horizon.reached()).toBe(-1);
    store.rows.set('a', [3]);
    expect(horizon.reached()).toBe(10);
    store.rows.set('a', []);
    expect(horizon.reached()).toBe(20);
  });

  it('counts what was seen before somebody waited', () => {
    const horizon = new EffectsHorizon(outbox());
    horizon.stepped(7, ['a'], false);
    horizon.mark();
    expect(horizon.reached()).toBe(7);
  });

  it('never reaches an input too early, however many steps wait and whichever sinks a new release has', () => {
    const store = outbox();
    const horizon = new EffectsHorizon(store);
    store.rows.set('old', [1]);
    horizon.stepped(0, ['old'], true);
    for (let seq = 1; seq <= 5_000; seq++) horizon.stepped(seq, ['new'], true);
    expect(horizon.reached()).toBe(-1);
    store.rows.set('old', []);
    expect(horizon.reached()).toBe(5_000);
  });
});
