import { expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { proof } from './g15-operations.proof';

it('deployment files, rules and dashboards of the sample pipelines pass the tools that are here, and an agent accounts for every record', async () => {
  const figures = await expectProved(proof);
  expect(figures).toMatchObject({ pipelines: 5, commandsRun: 'Dockerfile, littoral.service', conservationErrorRecords: 0 });
  expect(figures['alerts']).toBeGreaterThan(12);
}, 120_000);
