import type { PlanNode } from '../plan/plan';
import { filter } from './filter';
import { keyBy } from './key-by';
import type { OperatorSpec } from './operator';
import { predict } from './predict';
import { select } from './select';
import { sink } from './sink';
import { source } from './source';
import { window } from './window';

/** Every operator by its name in a Plan. */
export const operatorSpecs = { source, filter, select, keyBy, window, predict, sink } as const;

/** The spec of `node`'s operator, for callers that treat all nodes alike. */
export function operatorSpecOf(node: PlanNode): OperatorSpec<PlanNode['config']> {
  return operatorSpecs[node.op];
}
