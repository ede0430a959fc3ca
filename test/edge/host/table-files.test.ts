import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadPipeline } from '../../../edge/host/load-pipeline';

const folder = mkdtempSync(join(tmpdir(), 'littoral-tables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = `
import { float64, lake, lookupTable, mqtt, pipeline, schema, timestampMs, utf8 } from 'littoral';
import limits from './limits.csv';
import sites from './sites.json';
const rows = pipeline('enriched').from(mqtt('readings', { connection: 'plant', schema: schema({ t: timestampMs(), device: utf8() }), eventTime: 't', maxOutOfOrdernessMs: 0 }));
export default rows
  .lookup(lookupTable({ schema: schema({ device: utf8(), limit: float64() }), csv: limits }), { on: ['device'], columns: ['limit'] })
  .lookup(lookupTable({ schema: schema({ device: utf8(), site: utf8() }), rows: sites }), { on: ['device'], columns: ['site'] })
  .to(lake('enriched'));
`;

test('tables in files beside a pipeline become part of its Plan', async () => {
  writeFileSync(join(folder, 'limits.csv'), 'device,limit\na,7.5\nb,3\n');
  writeFileSync(join(folder, 'sites.json'), JSON.stringify([{ device: 'a', site: 'north' }]));
  writeFileSync(join(folder, 'enriched.pipeline.ts'), program);
  const { plan } = await loadPipeline(join(folder, 'enriched.pipeline.ts'));
  expect(plan.nodes.flatMap(node => (node.op === 'lookup' ? [node.config.table.rows] : []))).toEqual([[['a', 7.5], ['b', 3]], [['a', 'north']]]);
});

test('a table file that does not fit its columns is refused with words, not a crash', async () => {
  writeFileSync(join(folder, 'limits.csv'), 'device,limit\na,much\n');
  await expect(loadPipeline(join(folder, 'enriched.pipeline.ts'))).rejects.toMatchObject({ code: 'LOOKUP_CSV', message: expect.stringContaining('columns device, limit') as string });
});
