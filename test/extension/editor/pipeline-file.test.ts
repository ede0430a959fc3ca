import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PIPELINE_TEMPLATE } from '../../../extension/editor/pipeline-file';
import { loadPipeline } from '../../../edge/host/load-pipeline';

it('gives a new pipeline file that builds as it stands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'littoral-template-'));
  try {
    const path = join(folder, 'untitled.pipeline.ts');
    await writeFile(path, PIPELINE_TEMPLATE);
    const { plan } = await loadPipeline(path);
    expect(plan.name).toBe('temperature-watch');
    expect(plan.nodes.map(node => node.op)).toEqual(['source', 'keyBy', 'window', 'filter', 'sink']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
