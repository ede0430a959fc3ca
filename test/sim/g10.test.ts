import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g10-size.proof';
import { ATTACKS } from './size/attacks';

it('attacks by size are closed or dead-lettered with little held', async () => {
  const figures = await expectProved(proof);
  expect(Object.keys(figures)).toHaveLength(ATTACKS.length);
}, 120_000);
