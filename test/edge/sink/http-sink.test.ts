import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { post } from '../../../engine/api/littoral';
import { postedPlan } from '../source/plans';
import { until } from '../until';
import { PostingAgent } from './posting-agent';
import { Receiver } from './receiver';

let receiver: Receiver;
let agent: PostingAgent;
beforeEach(async () => {
  receiver = new Receiver();
  await receiver.listen();
  agent = new PostingAgent();
});
afterEach(async () => {
  await agent.remove();
  await receiver.close();
});

describe('a sink over HTTP', () => {
  it('sends each row once with its token, a stable key and the type of its format', async () => {
    await agent.start([`hook=${receiver.url}/base/`], {}, { HOOK: 'the token' });
    expect(await agent.deploy(postedPlan(post('alerts/{device}', { connection: 'hook' })))).toMatchObject({ ok: true });
    await agent.readings(1, 2);
    await until(() => receiver.received.length === 2);
    expect(receiver.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /base/alerts/a', 'POST /base/alerts/a']);
    expect(receiver.received.map(({ body }) => (JSON.parse(body.toString()) as { value: number }).value)).toEqual([1, 2]);
    expect(receiver.received[0]?.headers).toMatchObject({ authorization: 'Bearer the token', 'content-type': 'application/json', 'idempotency-key': 'posted/1/alerts/0' });
    expect(receiver.received[1]?.headers['idempotency-key']).toBe('posted/1/alerts/1');
  }, 60_000);

  it('tries again after 503, a broken connection and 429, as late as the server asks, with the same key and in order', async () => {
    const answers = ['hangUp', { status: 503, headers: { 'retry-after': '1' } }, { status: 429 }] as const;
    receiver.answer = index => answers[index] ?? { status: 204 };
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook' })));
    await agent.readings(1, 2);
    await until(() => receiver.received.length === 5);
    expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual([...Array.from({ length: 4 }, () => 'posted/1/alerts/0'), 'posted/1/alerts/1']);
    await until(() => agent.said.some(line => line.includes('takes rows again')));
  }, 60_000);

  it('keeps what is refused for good as a dead letter, counts it and goes on', async () => {
    receiver.answer = index => ({ status: index === 0 ? 422 : 200 });
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook' })));
    await agent.readings(1, 2);
    await until(() => receiver.received.length === 2);
    await until(() => agent.dropped('refused') === 1);
  }, 60_000);

  it('sends rows that waited together as lines of one compressed request', async () => {
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook', method: 'PUT', batchRowsMax: 100, compression: 'gzip' })));
    await Promise.all([agent.readings(1), agent.readings(2), agent.readings(3)]);
    const lines = (): string[] => receiver.received.flatMap(({ body }) => gunzipSync(body).toString().split('\n').slice(0, -1));
    await until(() => lines().length === 3);
    expect(lines().map(line => (JSON.parse(line) as { value: number }).value).sort()).toEqual([1, 2, 3]);
    expect(receiver.received[0]).toMatchObject({ method: 'PUT', headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' } });
  }, 60_000);

  it('carries the trace of a posted message on, and none where there was none', async () => {
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook' })));
    const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'vendor=1' };
    await agent.post('readings/a', JSON.stringify({ tMs: 1_700_000_000_000, value: 1 }), trace);
    await agent.post('readings/a', JSON.stringify({ tMs: 1_700_000_001_000, value: 2 }), { traceparent: 'nonsense' });
    await until(() => receiver.received.length === 2);
    expect(receiver.received[0]?.headers).toMatchObject(trace);
    expect(receiver.received[1]?.headers).not.toHaveProperty('traceparent');
  }, 60_000);

  it('is refused before it goes live when the agent does not know its connection', async () => {
    await agent.start(['hook=file:/tmp']);
    expect(await agent.deploy(postedPlan(post('alerts', { connection: 'hook' })))).toMatchObject({ ok: false, reason: 'SINK_REFUSED', detail: 'connection "hook": it is a folder, but the pipeline needs a server; expected hook=https://host/base. Correct --connection.' });
    expect(await agent.deploy(postedPlan(post('alerts', { connection: 'other' })))).toMatchObject({ ok: false, reason: 'SINK_REFUSED', detail: 'sink "alerts": the agent knows no connection "other"; expected one. Start it with --connection other=https://host/base.' });
  }, 60_000);
});

describe('rows that wait for a sink that is away', () => {
  const away = (): void => {
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '0' } });
  };
  const back = (): void => {
    receiver.received.length = 0;
    receiver.answer = () => ({ status: 200 });
  };
  const values = (): number[] => receiver.received.map(({ body }) => (JSON.parse(body.toString()) as { value: number }).value);

  it('leave newest first when the plan says so', async () => {
    away();
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook', outbox: { order: 'newestFirst' } })));
    await agent.readings(1, 2, 3, 4);
    await agent.stop();
    back();
    await agent.start([`hook=${receiver.url}`]);
    await until(() => values().length === 4);
    expect(values()).toEqual([4, 3, 2, 1]);
  }, 60_000);

  it('are dropped and counted beyond the number that may wait, the oldest first', async () => {
    away();
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook', outbox: { maxRows: 3 } })));
    await agent.readings(1, 2, 3, 4, 5, 6);
    await agent.stop();
    const before = agent.dropped('overflow');
    back();
    await agent.start([`hook=${receiver.url}`]);
    await until(() => values().includes(6));
    expect(values().length).toBeLessThanOrEqual(4);
    expect(values().length + before + agent.dropped('overflow')).toBeLessThanOrEqual(6);
    expect(values().slice(-3)).toEqual([4, 5, 6]);
  }, 60_000);

  it('are dropped and counted when they are too old', async () => {
    away();
    await agent.start([`hook=${receiver.url}`]);
    await agent.deploy(postedPlan(post('alerts', { connection: 'hook', outbox: { maxAgeMs: 300 } })));
    await agent.readings(1, 2);
    await until(() => agent.dropped('stale') === 2);
    back();
    await agent.readings(3);
    await until(() => values().length === 1);
    expect(values()).toEqual([3]);
  }, 60_000);
});

it('ends at once while a server does not answer, and sends the row again after the next start', async () => {
  receiver.answer = () => 'never';
  await agent.start([`hook=${receiver.url}`]);
  await agent.deploy(postedPlan(post('alerts', { connection: 'hook' })));
  await agent.readings(1);
  await until(() => receiver.received.length === 1);
  await agent.stop();
  receiver.answer = () => ({ status: 200 });
  await agent.start([`hook=${receiver.url}`]);
  await until(() => receiver.received.length === 2);
  expect(receiver.received[1]?.headers['idempotency-key']).toBe(receiver.received[0]?.headers['idempotency-key']);
}, 20_000);
