import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g3-ack-order.proof';

it('every acknowledgement leaves after the fsync of its rows', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ 'QoS 1: violations': 0, 'QoS 2: violations': 0 });
  expect(figures['QoS 2: pubcomps']).toBeGreaterThanOrEqual(600);
}, 300_000);
