import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { TROUBLES } from './faults/disk-troubles';
import { proof } from './g5-disk.proof';

it('failing disks, jumping clocks and deleted files cost no message and get no false acknowledgement', async () => {
  const figures = await expectProved(proof);
  expect(figures['passed']).toBeGreaterThanOrEqual(TROUBLES.filter(kind => kind.small === true && !kind.injected).length);
}, 600_000);
