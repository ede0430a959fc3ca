import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g14-lake.proof';

it('kills of the lake writer leave no row twice, none missing, and no file that does not fit', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ kills: 8 });
  expect(figures['rows']).toBeGreaterThan(0);
}, 120_000);
