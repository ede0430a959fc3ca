import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g8-tamper.proof';

it('a tampered bundle is refused by its reason, what runs goes on, and every host makes the same bytes', async () => {
  const figures = await expectProved(proof);
  expect(figures['variants']).toBeGreaterThanOrEqual(200);
  expect(figures['throughAgent']).toBeGreaterThan(10);
  expect(figures).toMatchObject({ flips: 500, distinctBundles: 1 });
}, 180_000);
