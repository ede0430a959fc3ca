import { didYouMean, quotedNames } from '../did-you-mean';
import { assert, PlanError } from '../error';
import { LETTER_TYPE, LETTERS } from '../operator/letter-rows';
import type { StreamType } from '../operator/operator';
import { operatorSpecOf } from '../operator/registry';
import { inputsOf, producerOf, SIDE_MARK } from './inputs-of';
import type { Plan, PlanNode } from './plan';

/** What the rows that leave `node` are, or a PlanError of its operator with `path` in it. */
export function resolveNode(node: PlanNode, inputs: readonly StreamType[], path: string): StreamType {
  return operatorSpecOf(node).resolve(node.config, inputs, path);
}

/** What the rows of each side output of `node` are. */
export function resolveSides(node: PlanNode, inputs: readonly StreamType[], path: string): Readonly<Record<string, StreamType>> {
  const sides = operatorSpecOf(node).sideOutputs?.(node.config, inputs, path) ?? {};
  assert(!(LETTERS in sides), `the side output "${LETTERS}" is that of the graph`);
  return sides;
}

/** The type of every node's rows by id, of side outputs by `id#name`, and of dead letters that are read, in the order of the Plan. */
export function resolveTypes(plan: Plan): ReadonlyMap<string, StreamType> {
  const types = new Map<string, StreamType>();
  plan.nodes.forEach((node, index) => {
    for (const input of inputsOf(node)) if (producerOf(input).side === LETTERS) types.set(input, LETTER_TYPE);
    const inputs = inputsOf(node).map(input => typeOfInput(types, input, `nodes[${index}].input`));
    types.set(node.id, resolveNode(node, inputs, `nodes[${index}].config`));
    for (const [name, type] of Object.entries(resolveSides(node, inputs, `nodes[${index}].config`))) types.set(`${node.id}${SIDE_MARK}${name}`, type);
  });
  return types;
}

function typeOfInput(types: ReadonlyMap<string, StreamType>, input: string, path: string): StreamType {
  const type = types.get(input);
  if (type !== undefined) return type;
  const { id, side } = producerOf(input);
  assert(side !== null, 'a Plan stands in topological order');
  const sides = [...types.keys()].filter(name => name.startsWith(`${id}${SIDE_MARK}`));
  const known = sides.length === 0 ? 'it has none' : `it has ${quotedNames(sides)}`;
  throw new PlanError('PLAN_INPUT', `${path}: node "${id}" has no side output "${side}"; ${known}.${didYouMean(input, sides)}`, { details: { path } });
}
