import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parquetBatches } from '../../../edge/sink/lake/parquet-batches';
import type { Schema } from '../../../engine/schema/schema';

const SCHEMA: Schema = { fields: [{ name: 'n', type: 'int64', nullable: true }, { name: 'value', type: 'float64', nullable: true }] };

it('refuses a Parquet file whose row group declares fewer rows than none', async () => {
  const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, '..', '..', 'sim', 'corpus', 'parquetRows', 'negative-rows.parquet')));
  await expect(parquetBatches('x.parquet', bytes, SCHEMA).next()).rejects.toMatchObject({ code: 'LAKE_FILE', message: expect.stringContaining('declares -') as string });
});
