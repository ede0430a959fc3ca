import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g7-outage.proof';

it('a sink that was away gets everything once and in order', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ lost: 0, outOfOrderPerDevice: 0 });
  expect(figures['backlogRows']).toBeGreaterThan(5_000);
}, 300_000);
