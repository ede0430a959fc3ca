import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadPipeline } from '../../edge/host/load-pipeline';
import { planToJson } from '../../engine/plan/canonical-json';

const notebooks = join(import.meta.dirname, '../../notebooks');

it('the pipeline file, the second and the third lesson are one and the same Plan', async () => {
  const texts = await Promise.all(['bearing-watch.pipeline.ts', '02-edge-inference.ipynb#bearing-watch', '03-ship-it.ipynb#bearing-watch'].map(async operand => planToJson((await loadPipeline(join(notebooks, operand))).plan)));
  expect(new Set(texts).size).toBe(1);
});
