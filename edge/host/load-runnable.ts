import { loadPipeline } from './load-pipeline';
import { readModels } from './model-files';
import type { Runnable } from './replay';

/** A pipeline with the models beside it. */
export async function loadRunnable(operand: string): Promise<Runnable> {
  const { plan, folder } = await loadPipeline(operand);
  return { plan, models: await readModels(plan, folder) };
}
