import { fromErrorRecord } from '../../engine/error';
import type { Plan } from '../../engine/plan/plan';
import type { Connections } from '../connection/connections';
import type { Consumer, Subscription } from '../connection/subscriptions';
import type { Clock, Timer } from '../platform/clock';
import type { Run } from './run';

const TICK_MIN_MS = 100;

/** Subscribes every source of the plan and hands its messages to the run, with idle ticks while nothing arrives. */
export async function feedConnections(run: Run, options: { readonly plan: Plan; readonly connections: Connections; readonly clock: Clock }): Promise<{ close(): Promise<void> }> {
  const { plan, connections, clock } = options;
  const subscriptions: Subscription[] = [];
  let lastAtMs = clock.preciseMs();
  const idleMs: number[] = [];
  for (const node of plan.nodes) {
    if (node.op !== 'source') continue;
    const consumer: Consumer = {
      onMessage(message, arrival) {
        lastAtMs = arrival.receivedAtMs;
        run.offer({ kind: 'message', arrivalTimeMs: arrival.arrivalTimeMs, topic: message.topic, payload: message.payload, source: node.id }, arrival.receivedAtMs);
      },
      onRefused: error => run.fail(fromErrorRecord(error))
    };
    subscriptions.push(await connections.get(node.config.connection).subscribe(node.config.topic, consumer));
    if (node.config.idleTimeoutMs !== null) idleMs.push(node.config.idleTimeoutMs);
  }
  const tick = idleTicks(Math.min(...idleMs), clock, () => lastAtMs, () => run.offer({ kind: 'tick', arrivalTimeMs: clock.nowMs() }, clock.preciseMs()));
  return {
    async close() {
      tick?.cancel();
      for (const subscription of subscriptions) await subscription.close();
    }
  };
}

/** A tick whenever nothing arrived for half of the shortest idle timeout; the graph decides what is idle. */
function idleTicks(idleTimeoutMs: number, clock: Clock, lastAtMs: () => number, tick: () => void): Timer | null {
  if (!Number.isFinite(idleTimeoutMs)) return null;
  const periodMs = Math.max(TICK_MIN_MS, idleTimeoutMs / 2);
  return clock.every(periodMs, () => {
    if (clock.preciseMs() - lastAtMs() >= periodMs) tick();
  });
}
