import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { modelUses } from '../../engine/model/models-of';
import type { Plan } from '../../engine/plan/plan';
import { readFileBytes } from './files';

/** The models that `plan` names, read from `folder` (file name → bytes). Rejects with `FILE_MISSING`. */
export async function readModels(plan: Plan, folder: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const models: Record<string, Uint8Array> = {};
  for (const { model, node } of modelUses(plan)) {
    if (model in models) continue;
    models[model] = await readFileBytes(join(folder, model), 'model').catch((cause: unknown) => {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw missing(plan.name, node.id, model, folder, cause);
      throw cause;
    });
  }
  return models;
}

function missing(pipeline: string, node: string, model: string, folder: string, cause: Error): LittoralError {
  return new LittoralError('FILE_MISSING', `model "${model}" of "${node}" in pipeline "${pipeline}": it is not in ${folder}; it was expected beside the pipeline. Put it there.`, { cause });
}
