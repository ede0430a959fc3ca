import { runnableOf } from './evidence';
import { readFileBytes, readFileHead } from './files';
import { loadPipeline } from './load-pipeline';
import { readModels } from './model-files';
import { looksLikeBundle, readUntrustedBundle } from './open-bundle-file';
import type { Runnable } from './replay';

/** A pipeline with the models beside it, or what is in a bundle; a bundle's signature is not checked. */
export async function loadRunnable(operand: string): Promise<Runnable> {
  if (/\.zip$/i.test(operand) || (!operand.includes('#') && looksLikeBundle(await readFileHead(operand, 4)))) return runnableOf(readUntrustedBundle(await readFileBytes(operand, 'bundle'), operand).files);
  const { plan, folder } = await loadPipeline(operand);
  return { plan, models: await readModels(plan, folder) };
}
