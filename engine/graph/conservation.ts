import { imbalance } from '../operator/counters';
import type { Consumer, RunningNode } from './running-node';

/**
 * How many rows are unaccounted for: within each operator, and between what operators emit and what those that read it
 * take in. 0 at every step boundary, or Littoral has a bug.
 */
export function conservationError(nodes: Iterable<RunningNode>): number {
  let error = 0;
  const sent = new Map<RunningNode, number>();
  const send = (consumers: readonly Consumer[], rows: number): void => {
    for (const { running } of consumers) sent.set(running, (sent.get(running) ?? 0) + rows);
  };
  for (const running of nodes) {
    const { counters } = running.operator;
    error += Math.abs(imbalance(counters));
    send(running.consumers, counters.rowsOut);
    for (const { consumers, rowsOut } of running.sides.values()) send(consumers, rowsOut);
  }
  for (const [{ operator }, rows] of sent) error += Math.abs(rows - operator.counters.rowsIn);
  return error;
}
