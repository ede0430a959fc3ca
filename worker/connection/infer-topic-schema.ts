import { LittoralError } from '../../engine/error';
import { topicMatches } from '../../engine/graph/topic-filter';
import { inferSchema } from '../../engine/schema/infer';
import type { Clock } from '../platform/clock';
import type { InferredSchema } from '../protocol';
import type { Connection } from './connection';
import type { TopicTree } from './topic-tree';

const ENOUGH = 16;
const SAMPLES_MAX = 512;
const WAIT_MS = 3_000;

/**
 * The schema of what a topic (or filter) carries, from the payloads that the topic tree has kept and, when those are too
 * few, from up to three seconds of listening.
 */
export async function inferTopicSchema(connection: Connection, tree: TopicTree, filter: string, clock: Clock): Promise<InferredSchema> {
  const payloads = tree.samples(topic => topicMatches(filter, topic), SAMPLES_MAX).map(sample => sample.payload);
  if (payloads.length < ENOUGH && connection.connected) payloads.push(...(await listen(connection, filter, clock, ENOUGH - payloads.length)));
  if (payloads.length === 0) {
    throw new LittoralError('NO_SAMPLES', `topic "${filter}": nothing arrived within ${WAIT_MS / 1000} s, so there is no schema to infer. Check the topic, or wait until its device sends.`, { retryable: true, details: { topic: filter } });
  }
  const { schema, samples, columns, eventTime, errors } = inferSchema(payloads);
  return { schema, samples, columns, eventTime, errors };
}

async function listen(connection: Connection, filter: string, clock: Clock, wanted: number): Promise<Uint8Array[]> {
  const payloads: Uint8Array[] = [];
  let finish = (): void => undefined;
  const enough = new Promise<void>(resolve => (finish = resolve));
  const subscription = await connection.subscribe(filter, {
    onMessage(message) {
      payloads.push(message.payload.slice());
      if (payloads.length >= wanted) finish();
    }
  }, 0);
  const timer = clock.after(WAIT_MS, finish);
  await enough;
  timer.cancel();
  await subscription.close();
  return payloads.slice(0, SAMPLES_MAX);
}
