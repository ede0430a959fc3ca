import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pipelineCells } from '../../../extension/editor/pipeline-cells';
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

it('turns a pipeline file into cells that run it', () => {
  const [definition, run] = pipelineCells('a.pipeline.ts', PIPELINE_TEMPLATE);
  expect(definition).toContain("const p = pipeline('temperature-watch')");
  expect(definition).not.toContain('export');
  expect(run).toBe('await p.run({ seconds: 60 });');
});

it('takes another name when the file has a p of its own, and refuses a file without a pipeline', () => {
  expect(pipelineCells('a.pipeline.ts', 'const p = 1;\nexport default q;')[1]).toBe('await thisPipeline.run({ seconds: 60 });');
  expect(() => pipelineCells('a.pipeline.ts', 'const p = 1;')).toThrowError(expect.objectContaining({ code: 'NO_DEFAULT_EXPORT' }));
});
