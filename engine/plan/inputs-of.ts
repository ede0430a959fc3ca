import type { PlanNode } from './plan';

/** What stands between a node's id and the name of its side output in an input: `window#late`. */
export const SIDE_MARK = '#';

/** Where the rows of `node` come from, in the order of its ports. */
export function inputsOf(node: PlanNode): readonly string[] {
  if ('inputs' in node) return node.inputs;
  return 'input' in node ? [node.input] : [];
}

/** The id of the node that `input` names, and the side output of it, null for its main one. */
export function producerOf(input: string): { readonly id: string; readonly side: string | null } {
  const mark = input.indexOf(SIDE_MARK);
  return mark < 0 ? { id: input, side: null } : { id: input.slice(0, mark), side: input.slice(mark + 1) };
}
