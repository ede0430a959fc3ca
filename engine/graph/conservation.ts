import { imbalance } from '../operator/counters';
import type { Consumer, RunningNode } from './running-node';

/**
 * How many rows are unaccounted for: within each operator, and between what operators emit and what those that read it
 * take in. 0 at every step boundary, or Littoral has a bug.
 */
export function conservationError(nodes: Iterable<RunningNode>): number {
  const all = [...nodes];
  let error = 0;
  for (const { operator } of all) error += Math.abs(imbalance(operator.counters));
  for (const [{ operator, rowsBefore }, rows] of rowsSent(all)) error += Math.abs(rows - operator.counters.rowsIn - rowsBefore);
  return error;
}

/** By node that reads others: rows that those have emitted to it. */
export function rowsSent(nodes: Iterable<RunningNode>): ReadonlyMap<RunningNode, number> {
  const sent = new Map<RunningNode, number>();
  const send = (consumers: readonly Consumer[], rows: number): void => {
    for (const { running } of consumers) sent.set(running, (sent.get(running) ?? 0) + rows);
  };
  for (const { operator, consumers, sides } of nodes) {
    send(consumers, operator.counters.rowsOut);
    for (const side of sides.values()) send(side.consumers, side.rowsOut);
  }
  return sent;
}
