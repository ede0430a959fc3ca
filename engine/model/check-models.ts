import { LittoralError } from '../error';
import type { StreamType } from '../operator/operator';
import type { Plan } from '../plan/plan';
import { checkModelFits } from './check-fit';
import { modelUses } from './models-of';
import { openModel } from './open-model';

type Models = Readonly<Record<string, Uint8Array>>;

/**
 * Reads every model of `plan` before a runtime sees it, and checks it against its predict step and the stream before it
 * (`types`: by node id, as a graph has them). Gives the models that the plan needs, no others; throws `MODEL_MISSING`,
 * `MODEL_REFUSED` or `MODEL_MISFIT` with one sentence.
 */
export function checkModels(plan: Plan, types: ReadonlyMap<string, StreamType>, models: Models): Models {
  const needed: Record<string, Uint8Array> = {};
  for (const { model, node, config } of modelUses(plan)) {
    const bytes = Object.hasOwn(models, model) ? models[model] : undefined;
    if (bytes === undefined) throw new LittoralError('MODEL_MISSING', `predict("${model}"): the file is missing; put "${model}" beside the plan`, { details: { model } });
    const problems = checkModelFits(openModel(model, bytes), config, types.get(node.input)?.schema ?? { fields: [] });
    if (problems[0] !== undefined) throw new LittoralError('MODEL_MISFIT', problems[0], { details: { model, node: node.id, problems } });
    needed[model] = bytes;
  }
  return needed;
}
