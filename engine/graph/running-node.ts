import type { Operator, StreamType } from '../operator/operator';
import type { Plan, PlanNode } from '../plan/plan';
import { operatorSpecOf } from '../operator/registry';
import { PlanError } from '../error';

/** One node of a graph at work. */
export interface RunningNode {
  readonly node: PlanNode;
  readonly type: StreamType;
  readonly operator: Operator;
  readonly consumers: RunningNode[];
  /** The last watermark that left it. */
  watermarkMs: number;
}

/** The nodes of `plan`, wired; PlanError when one does not fit its input. */
export function startNodes(plan: Plan): ReadonlyMap<string, RunningNode> {
  const nodes = new Map<string, RunningNode>();
  plan.nodes.forEach((node, index) => {
    const producer = producerOf(node, nodes, index);
    const inputs = producer === null ? [] : [producer.type];
    const spec = operatorSpecOf(node);
    const type = spec.resolve(node.config, inputs, `nodes[${index}].config`);
    const running: RunningNode = { node, type, operator: spec.create(node.config, inputs, node.id), consumers: [], watermarkMs: -Infinity };
    producer?.consumers.push(running);
    nodes.set(node.id, running);
  });
  return nodes;
}

function producerOf(node: PlanNode, nodes: ReadonlyMap<string, RunningNode>, index: number): RunningNode | null {
  if (nodes.has(node.id)) throw new PlanError('PLAN_NODE', `node "${node.id}": two nodes have that id. Give each its own.`, { details: { path: `nodes[${index}].id` } });
  if (node.op === 'source') return null;
  const producer = nodes.get(node.input);
  if (producer === undefined || producer.node.op === 'sink') {
    throw new PlanError('PLAN_INPUT', `node "${node.id}": its input "${node.input}" is not an earlier node with an output. Nodes stand after their inputs.`, { details: { path: `nodes[${index}].input` } });
  }
  return producer;
}
