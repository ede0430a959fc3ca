import type { PlanNode } from '../plan/plan';
import { filter } from './filter';
import { keyBy } from './key-by';
import type { OperatorSpec } from './operator';
import { predict } from './inference/predict';
import { select } from './select';
import { shapingSpecs } from './shaping/specs';
import { signalSpecs } from './signal/specs';
import { sink } from './sink';
import { source } from './source';
import { statefulSpecs } from './stateful/specs';
import { streamsSpecs } from './streams/specs';
import { window } from './window';

/** Every operator by its name in a Plan. */
export const operatorSpecs = { source, filter, select, keyBy, window, predict, sink, ...shapingSpecs, ...statefulSpecs, ...streamsSpecs, ...signalSpecs } as const;

/** The spec of `node`'s operator, for callers that treat all nodes alike. */
export function operatorSpecOf(node: PlanNode): OperatorSpec<PlanNode['config']> {
  return operatorSpecs[node.op];
}
