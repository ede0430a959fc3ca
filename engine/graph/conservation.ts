import { imbalance } from '../operator/counters';
import type { RunningNode } from './running-node';

/**
 * How many rows are unaccounted for: within each operator, and between an operator and each that takes its output.
 * 0 at every step boundary, or Littoral has a bug.
 */
export function conservationError(nodes: Iterable<RunningNode>): number {
  let error = 0;
  for (const { operator, consumers } of nodes) {
    error += Math.abs(imbalance(operator.counters));
    for (const consumer of consumers) error += Math.abs(operator.counters.rowsOut - consumer.operator.counters.rowsIn);
  }
  return error;
}
