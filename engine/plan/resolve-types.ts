import { assert } from '../error';
import type { StreamType } from '../operator/operator';
import { operatorSpecOf } from '../operator/registry';
import type { Plan, PlanNode } from './plan';

/** What the rows that leave `node` are, or a PlanError of its operator with `path` in it. */
export function resolveNode(node: PlanNode, inputs: readonly StreamType[], path: string): StreamType {
  return operatorSpecOf(node).resolve(node.config, inputs, path);
}

/** The type of every node's rows by id, in the order of the Plan. */
export function resolveTypes(plan: Plan): ReadonlyMap<string, StreamType> {
  const types = new Map<string, StreamType>();
  plan.nodes.forEach((node, index) => {
    const input = node.op === 'source' ? undefined : types.get(node.input);
    assert(node.op === 'source' || input !== undefined, 'a Plan stands in topological order');
    types.set(node.id, resolveNode(node, input === undefined ? [] : [input], `nodes[${index}].config`));
  });
  return types;
}
