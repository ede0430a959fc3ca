import { expect, it } from 'vitest';
import { proof } from './g1-kills.proof';
import { expectProved } from './faults/expect-proved';

it('kills of the agent and restarts of the broker lose and repeat nothing at QoS 2', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ kills: 8, brokerRestarts: 2, lost: 0, duplicated: 0, different: 0 });
  expect(figures['effects']).toBeGreaterThan(100);
}, 300_000);
