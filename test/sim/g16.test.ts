import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g16-soak.proof';

it('an agent works on through broken connections, broker restarts and broken payloads', async () => {
  const figures = await expectProved(proof);
  expect(figures['messages']).toBeGreaterThan(100);
  expect(Number(figures['connectionsCut']) + Number(figures['brokerRestarts']) + Number(figures['garbage'])).toBeGreaterThan(0);
}, 300_000);
