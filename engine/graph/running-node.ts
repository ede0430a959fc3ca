import { assert, PlanError } from '../error';
import { LETTERS } from '../operator/letter-rows';
import type { Operator, StreamType } from '../operator/operator';
import { operatorSpecOf } from '../operator/registry';
import { inputsOf, producerOf } from '../plan/inputs-of';
import type { Plan, PlanNode } from '../plan/plan';
import { resolveTypes } from '../plan/resolve-types';
import { LetterStream } from './letter-stream';

/** Where rows of a node go: to a port of another. */
export interface Consumer {
  readonly running: RunningNode;
  readonly port: number;
}

/** An output beside the main one that somebody reads. */
export interface SideOutput {
  readonly consumers: Consumer[];
  rowsOut: number;
  /** Of the side output of dead letters: those of the step. */
  readonly letters?: LetterStream;
}

/** One node of a graph at work. */
export interface RunningNode {
  readonly node: PlanNode;
  readonly type: StreamType;
  readonly operator: Operator;
  readonly consumers: Consumer[];
  /** By name; only those that are read. */
  readonly sides: Map<string, SideOutput>;
  /** The last watermark that left it. */
  watermarkMs: number;
  /** Rows that its producers count as sent and it does not count as taken in, because one of them began anew with a changed Plan. */
  rowsBefore: number;
}

/** The types of all outputs of `plan` by id, or `id#name`; PlanError when a node does not fit its inputs. */
export function typesOf(plan: Plan): ReadonlyMap<string, StreamType> {
  refuseDisorder(plan);
  return resolveTypes(plan);
}

/** The nodes of `plan`, wired, in its order; `types` are those of `typesOf`. */
export function startNodes(plan: Plan, types: ReadonlyMap<string, StreamType>): ReadonlyMap<string, RunningNode> {
  const nodes = new Map<string, RunningNode>();
  for (const node of plan.nodes) {
    const inputTypes = inputsOf(node).map(input => typeOf(types, input));
    const operator = operatorSpecOf(node).create(node.config, inputTypes, node.id);
    const running: RunningNode = { node, type: typeOf(types, node.id), operator, consumers: [], sides: new Map(), watermarkMs: -Infinity, rowsBefore: 0 };
    inputsOf(node).forEach((input, port) => connect(nodes, input, { running, port }));
    nodes.set(node.id, running);
  }
  return nodes;
}

function connect(nodes: ReadonlyMap<string, RunningNode>, input: string, consumer: Consumer): void {
  const { id, side } = producerOf(input);
  const producer = nodes.get(id);
  assert(producer !== undefined, `node "${id}" stands before its reader`);
  if (side === null) {
    producer.consumers.push(consumer);
    return;
  }
  const output = producer.sides.get(side) ?? { consumers: [], rowsOut: 0, ...(side === LETTERS ? { letters: new LetterStream() } : {}) };
  output.consumers.push(consumer);
  producer.sides.set(side, output);
}

function typeOf(types: ReadonlyMap<string, StreamType>, input: string): StreamType {
  const type = types.get(input);
  assert(type !== undefined, `"${input}" has a type`);
  return type;
}

function refuseDisorder(plan: Plan): void {
  const before = new Map<string, PlanNode>();
  plan.nodes.forEach((node, index) => {
    if (before.has(node.id)) throw new PlanError('PLAN_NODE', `node "${node.id}": two nodes have that id. Give each its own.`, { details: { path: `nodes[${index}].id` } });
    for (const input of inputsOf(node)) {
      const producer = before.get(producerOf(input).id);
      if (producer !== undefined && producer.op !== 'sink') continue;
      throw new PlanError('PLAN_INPUT', `node "${node.id}": its input "${input}" is not an earlier node with an output. Nodes stand after their inputs.`, { details: { path: `nodes[${index}].input` } });
    }
    before.set(node.id, node);
  });
}
