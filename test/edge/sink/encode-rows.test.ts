import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeEffects } from '../../../edge/sink/effect-codec';
import { rowsEncoder } from '../../../edge/sink/encode-rows';
import { requestOf } from '../../../edge/sink/request-effect';
import { publish, post } from '../../../engine/api/littoral';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import type { Plan } from '../../../engine/plan/plan';
import { postedPlan } from '../source/plans';

const inputs = [1, 2, 3, 4, 5].map((value): GraphInput => ({ kind: 'message', arrivalTimeMs: value, topic: `readings/${value % 2 === 0 ? 'even' : 'odd'}`, payload: Buffer.from(JSON.stringify({ tMs: value, value })) }));

function effectsOf(plan: Plan): ReturnType<typeof decodeEffects> {
  const graph = createGraph(plan);
  graph.push(inputs);
  const [emission] = graph.take().emissions;
  if (emission === undefined) throw new Error('no rows');
  return decodeEffects(rowsEncoder({ pipeline: 'p', release: 1, sink: emission.sink, schema: emission.batch.schema, shard: 0 })(emission.batch));
}

it('compresses each MQTT message by itself', () => {
  const effects = effectsOf(postedPlan(publish('out/{device}', { connection: 'plant', compression: 'gzip' })));
  expect(effects.map(({ topic, payload }) => [topic, (JSON.parse(gunzipSync(payload).toString()) as { value: number }).value])).toEqual([['out/odd', 1], ['out/even', 2], ['out/odd', 3], ['out/even', 4], ['out/odd', 5]]);
});

it('puts rows of one path into one request, in order, at most as many as it may', () => {
  const requests = effectsOf(postedPlan(post('{device}', { connection: 'hook', batchRowsMax: 2 }))).map(requestOf);
  expect(requests.map(({ path, rows, body }) => [path, rows, Buffer.from(body).toString().split('\n').slice(0, -1).map(line => (JSON.parse(line) as { value: number }).value)])).toEqual([
    ['odd', 2, [1, 3]],
    ['even', 2, [2, 4]],
    ['odd', 1, [5]]
  ]);
});
