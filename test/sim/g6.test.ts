import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g6-rates.proof';

it('every message of a feed at QoS 1 and 2 is acknowledged after its commit and counted once', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ qos1Messages: 3_000, qos2Messages: 1_500 });
}, 120_000);
