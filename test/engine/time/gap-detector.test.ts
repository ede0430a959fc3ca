import { describe, expect, it } from 'vitest';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import { GapDetector, type GapFigures } from '../../../engine/time/gap-detector';
import { Random } from '../../oracle/random';

type Seen = readonly [number: number, eventTimeMs: number];

function figuresOf(seen: readonly Seen[], options: { readonly maxGap?: number } = {}): GapFigures {
  const detector = new GapDetector({ maxOutOfOrdernessMs: 1_000, ...options });
  for (const [number, eventTimeMs] of seen) detector.observe('pump', number, eventTimeMs);
  detector.end();
  return detector.figures();
}
/** Numbers in order, one every 100 ms. */
const inOrder = (from: number, to: number, startMs = 0): Seen[] => Array.from({ length: to - from + 1 }, (_none, index): Seen => [from + index, startMs + index * 100]);

describe('the gap detector', () => {
  it('finds nothing missing in a whole numbering', () => {
    expect(figuresOf(inOrder(5, 500))).toEqual({ missing: 0, restarts: 0, unwatched: 0, facts: [] });
  });

  it('counts the numbers that never come and says which they are', () => {
    const seen = inOrder(0, 99).filter(([number]) => number !== 7 && (number < 40 || number > 49));
    expect(figuresOf(seen)).toEqual({ missing: 11, restarts: 0, unwatched: 0, facts: [{ device: 'pump', first: 7, last: 7, sinceMs: 800 }, { device: 'pump', first: 40, last: 49, sinceMs: 5_000 }] });
  });

  it('waits for numbers out of order as long as the source does, and no longer', () => {
    const late = (delayMs: number): Seen[] => inOrder(0, 99).sort(([a, aMs], [b, bMs]) => (a === 50 ? aMs + delayMs : aMs) - (b === 50 ? bMs + delayMs : bMs));
    expect(figuresOf(late(950)).missing).toBe(0);
    expect(figuresOf(late(1_350)).missing).toBe(1);
  });

  it('takes a restart at 0 for one, also with records of the former numbering after it', () => {
    const seen = [...inOrder(65_530, 65_534), ...inOrder(0, 2, 600), [65_535, 500] as const, ...inOrder(3, 20, 900)];
    expect(figuresOf(seen)).toMatchObject({ missing: 0, restarts: 1 });
  });

  it('takes a jump beyond maxGap for a new numbering', () => {
    expect(figuresOf([...inOrder(0, 9), ...inOrder(5_000, 5_009, 1_000)], { maxGap: 100 })).toMatchObject({ missing: 0, restarts: 1 });
    expect(figuresOf([...inOrder(0, 9), ...inOrder(5_000, 5_009, 1_000)], { maxGap: 10_000 })).toMatchObject({ missing: 4_990, restarts: 0 });
  });

  it('ignores numbers that come twice', () => {
    expect(figuresOf([...inOrder(0, 9), [4, 400], [9, 900], ...inOrder(10, 19, 1_000)])).toMatchObject({ missing: 0, restarts: 0 });
  });

  it('counts records without a number as not watched', () => {
    expect(figuresOf([[NaN, 0], [1, NaN], ...inOrder(0, 2)])).toMatchObject({ missing: 0, unwatched: 2 });
  });

  it('counts exactly what was left out, in any order within bounds, with a snapshot anywhere', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const all = inOrder(100, 400);
      const seen = all.filter(([number]) => number === 100 || number === 400 || !random.chance(0.1));
      const shuffled = seen
        .map(([number, eventTimeMs]) => ({ number, eventTimeMs, arrival: number === 100 ? -1 : eventTimeMs + random.int(0, 900) }))
        .sort((a, b) => a.arrival - b.arrival);
      let detector = new GapDetector({ maxOutOfOrdernessMs: 1_000 });
      const cut = random.int(0, shuffled.length);
      for (const [index, { number, eventTimeMs }] of shuffled.entries()) {
        if (index === cut) {
          const writer = new SnapshotBytesWriter();
          detector.snapshot(writer);
          detector = new GapDetector({ maxOutOfOrdernessMs: 1_000 });
          detector.restore(new SnapshotBytesReader(writer.finish()));
        }
        detector.observe('pump', number, eventTimeMs);
      }
      detector.end();
      expect({ seed, ...detector.figures() }).toMatchObject({ seed, missing: all.length - seen.length, restarts: 0 });
    }
  });
});
