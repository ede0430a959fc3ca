import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g2-redelivery.proof';

it('duplicates are suppressed at QoS 1, and what a broker loses is counted', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ 'Mosquitto: lost': 0, 'Mosquitto: duplicated': 0, 'durable broker killed too: lost': 0, 'durable broker killed too: duplicated': 0, 'Mosquitto killed: lost by the agent': 0 });
  expect(figures['Mosquitto killed: messages there']).toBeGreaterThan(100);
}, 300_000);
