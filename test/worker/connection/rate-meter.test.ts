import { expect, it } from 'vitest';
import { RateMeter } from '../../../worker/connection/rate-meter';
import { ManualClock } from '../support/manual-clock';

it('measures a steady rate from the first second on, wherever in a second it began', async () => {
  const clock = new ManualClock(1_000_700);
  const meter = new RateMeter(clock);
  const seen: number[] = [];
  for (let tenth = 0; tenth < 60; tenth += 1) {
    meter.count(10);
    await clock.advance(100);
    if (tenth >= 3) seen.push(meter.perS());
  }
  expect(Math.min(...seen)).toBeGreaterThan(90);
  expect(Math.max(...seen)).toBeLessThan(110);
  await clock.advance(10_000);
  expect(meter.perS()).toBe(0);
});
