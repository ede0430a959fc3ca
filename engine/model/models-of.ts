import type { PredictNode } from '../plan/nodes/predict';
import type { Plan } from '../plan/plan';

/** A use of a model: its file, and the predict config as that model sees it. */
export interface ModelUse {
  readonly model: string;
  readonly node: PredictNode;
  readonly config: PredictNode['config'];
}

/** Every use of a model in `plan`, shadows included, in its order. */
export function modelUses(plan: Plan): readonly ModelUse[] {
  return plan.nodes.flatMap(node => {
    if (node.op !== 'predict') return [];
    const { shadow, ...config } = node.config;
    const live = { model: config.model, node, config };
    return shadow === undefined ? [live] : [live, { model: shadow.model, node, config: { ...config, model: shadow.model, outputs: shadow.outputs ?? config.outputs } }];
  });
}

/** File names of the models that `plan` needs, each once. */
export function modelNames(plan: Plan): readonly string[] {
  return [...new Set(modelUses(plan).map(({ model }) => model))];
}
