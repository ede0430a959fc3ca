import type { StreamType } from '../operator/operator';
import type { Field } from '../schema/schema';
import type { Plan, PlanNode } from './plan';
import { resolveTypes } from './resolve-types';

/**
 * `resolveTypes`, where every column says in `tags.lineage` from which columns of which sources it is computed, as
 * `node/topic#column`; columns with a lineage of the user's own keep it.
 */
export function resolveLineage(plan: Plan): ReadonlyMap<string, StreamType> {
  return resolveTypes({ ...plan, nodes: plan.nodes.map(withOrigins) });
}

function withOrigins(node: PlanNode): PlanNode {
  if (node.op !== 'source') return node;
  const { config } = node;
  const fields = config.schema.fields.map((field): Field => ({ ...field, tags: { lineage: [`${node.id}/${config.topic}#${field.name}`], ...field.tags } }));
  return { ...node, config: { ...config, schema: { fields } } };
}
