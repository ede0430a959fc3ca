import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../../engine/api/littoral';
import { ConnectionBook } from '../../../edge/connection/connection-book';
import { SecretRing } from '../../../edge/secrets/secret-ring';
import { PostingAgent } from '../sink/posting-agent';
import { until } from '../until';
import { postedPlan } from './plans';

let agent: PostingAgent;
beforeEach(async () => {
  agent = new PostingAgent();
  await agent.start([`out=file:${join(agent.folder, 'out')}`]);
  expect(await agent.deploy(postedPlan(append('all', { connection: 'out' })))).toMatchObject({ ok: true });
});
afterEach(() => agent.remove());

const reading = (value: number): string => JSON.stringify({ tMs: 1_700_000_000_000, value });
const rowsIn = (): number => Number((agent.agent?.status()['counters'] as { rowsIn?: number } | undefined)?.rowsIn ?? 0);

describe('posted messages', () => {
  it('are answered when they are on disk, and one with a known key is taken once, also after a restart', async () => {
    const key = { 'idempotency-key': 'k1' };
    const [first, second] = await Promise.all([agent.post('readings/a', reading(1), key), agent.post('readings/a', reading(1), key)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    await agent.stop();
    await agent.start([`out=file:${join(agent.folder, 'out')}`]);
    expect((await agent.post('readings/a', reading(1), key)).status).toBe(200);
    expect((await agent.post('readings/a', reading(2), { 'idempotency-key': 'k2' })).status).toBe(200);
    const out = join(agent.folder, 'out', 'all');
    await until(() => rowsIn() === 2);
    await agent.stop();
    expect(readFileSync(out, 'utf8').split('\n').slice(0, -1).map(line => (JSON.parse(line) as { value: number }).value)).toEqual([1, 2]);
  }, 60_000);

  const refusals: readonly (readonly [name: string, status: number, reason: string, send: () => Promise<Response>])[] = [
    ['without the token', 401, 'UNAUTHORISED', () => agent.post('readings/a', reading(1), { authorization: 'Bearer wrong' })],
    ['to a topic that no source takes', 404, 'NO_SOURCE', () => agent.post('others/a', reading(1))],
    ['to something that is no topic', 400, 'TOPIC', () => agent.post('readings/%23', reading(1))],
    ['that are too large', 413, 'TOO_LARGE', () => agent.post('readings/a', 'x'.repeat((1 << 20) + 1))],
    ['that are encoded', 415, 'ENCODING', () => agent.post('readings/a', 'x', { 'content-encoding': 'gzip' })],
    ['with a key that is too long', 400, 'IDEMPOTENCY_KEY', () => agent.post('readings/a', reading(1), { 'idempotency-key': 'k'.repeat(256) })],
    ['by another method', 405, 'METHOD', () => fetch(`${agent.agent?.url ?? ''}/ingest/readings/a`)]
  ];
  for (const [name, status, reason, send] of refusals) {
    it(`${name} are answered ${status}`, async () => {
      const answer = await send();
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status, body: { ok: false, reason } });
      expect(rowsIn()).toBe(0);
    }, 60_000);
  }
});

describe('the connections of an agent', () => {
  const book = (...texts: string[]): ConnectionBook => ConnectionBook.parse(texts, SecretRing.parse(['hook=env:HOOK'], { environment: { HOOK: 'user:pass' } }));

  it('are read from texts', () => {
    const all = book('plant=mqtts://broker:8883', 'logs=file:/var/log', 'hook=https://host/x', 'm=statsd://h', 'tape=replay:/r.ndjson?speed=2');
    expect(all.brokerOf('plant')).toEqual({ url: 'mqtts://broker:8883' });
    expect(all.required('logs', 'folder', 'x')).toEqual({ kind: 'folder', path: '/var/log' });
    expect(all.required('m', 'statsd', 'x')).toEqual({ kind: 'statsd', host: 'h', port: 8125 });
    expect(all.recordingOf('tape')).toEqual({ kind: 'recording', path: '/r.ndjson', speed: 2 });
    expect(all.authorizationOf('hook')).toBe(`Basic ${Buffer.from('user:pass').toString('base64')}`);
    expect(all.brokerOf('other')).toBeUndefined();
  });

  it('are refused when they are none, stand twice or show a secret', () => {
    for (const texts of [['nothing'], ['a=b'], ['a=file:/x', 'a=file:/y'], ['a=https://user:pass@host'], ['a=ftp://host'], ['a=replay:?speed=1'], ['a=replay:x?speed=-1']]) {
      expect(() => book(...texts)).toThrow(/expected/);
    }
    expect(() => book('a=https://user:pass@host')).not.toThrow(/pass@/);
  });
});
