import { createSocket } from 'node:dgram';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFeatures } from '../../../edge/sink/read-features';
import { append, featureStore, statsd, stdout } from '../../../engine/api/littoral';
import { postedPlan } from '../source/plans';
import { until } from '../until';
import { PostingAgent } from './posting-agent';

let agent: PostingAgent;
beforeEach(() => {
  agent = new PostingAgent();
});
afterEach(() => agent.remove());

const T0 = 1_700_000_000_000;
const valuesOf = (text: string): number[] => text.split('\n').slice(0, -1).map(line => (JSON.parse(line) as { value: number }).value);

describe('a sink of files', () => {
  const out = (...parts: readonly string[]): string => join(agent.folder, 'out', ...parts);
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

  it('appends lines to the file that a column names, never outside its folder', async () => {
    await agent.start([`out=file:${out()}`]);
    await agent.deploy(postedPlan(append('by/{device}', { connection: 'out' })));
    await agent.readings(1, 2);
    expect(await agent.postRaw('/ingest/readings/..', JSON.stringify({ tMs: T0, value: 3 }))).toBe(200);
    await agent.post(`readings/${'long'.repeat(100)}`, JSON.stringify({ tMs: T0, value: 4 }));
    await until(() => valuesOf(read(out('by', 'a'))).length === 2);
    await until(() => valuesOf(read(out('by', '%2E%2E'))).length === 1);
    expect(valuesOf(read(out('by', 'a')))).toEqual([1, 2]);
    expect(agent.agent?.status()['sinkProblems']).toEqual([]);
  }, 60_000);

  it('cuts off what a killed process had written without committing it', async () => {
    await agent.start([`out=file:${out()}`]);
    await agent.deploy(postedPlan(append('all', { connection: 'out' })));
    await agent.readings(1, 2);
    await until(() => valuesOf(read(out('all'))).length === 2);
    await agent.stop();
    appendFileSync(out('all'), '{"half a li');
    await agent.start([`out=file:${out()}`]);
    await agent.readings(3);
    await until(() => read(out('all')).split('\n').length === 4);
    expect(valuesOf(read(out('all')))).toEqual([1, 2, 3]);
  }, 60_000);

  it('goes on in a new file when the old one was rotated away, and after what others put into that', async () => {
    await agent.start([`out=file:${out()}`]);
    await agent.deploy(postedPlan(append('all', { connection: 'out' })));
    await agent.readings(1);
    await until(() => valuesOf(read(out('all'))).length === 1);
    renameSync(out('all'), out('all.1'));
    writeFileSync(out('all'), '{"value":100}\n');
    await agent.readings(2);
    await until(() => valuesOf(read(out('all'))).length === 2);
    expect(valuesOf(read(out('all')))).toEqual([100, 2]);
  }, 60_000);
});

describe('a sink of StatsD', () => {
  it('sends the numbers of rows with their tags', async () => {
    const got: string[] = [];
    const server = createSocket('udp4', message => got.push(...message.toString().split('\n')));
    await new Promise<void>(done => server.bind(0, '127.0.0.1', done));
    try {
      await agent.start([`metrics=statsd://127.0.0.1:${(server.address() as AddressInfo).port}`]);
      await agent.deploy(postedPlan(statsd('pump', { connection: 'metrics', gauges: ['value'], tags: ['device'] })));
      await agent.readings(1.5);
      await until(() => got.length === 1);
      await agent.post('readings/b|c', JSON.stringify({ tMs: T0, value: -2 }));
      await until(() => got.length === 3);
      expect(got).toEqual(['pump.value:1.5|g|#device:a', 'pump.value:0|g|#device:b_c', 'pump.value:-2|g|#device:b_c']);
    } finally {
      server.close();
    }
  }, 60_000);
});

describe('a feature store', () => {
  const features = async (query: string): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${agent.agent?.url ?? ''}/features/${query}`);
    return { status: answer.status, body: await answer.json() };
  };

  it('keeps the last row of each key by event time over restarts, and gives it to who asks', async () => {
    await agent.start([]);
    expect(await agent.deploy(postedPlan(featureStore('last'), { keyed: true }))).toMatchObject({ ok: true });
    await agent.readings(5, 3);
    await agent.post('readings/b', JSON.stringify({ tMs: T0, value: 7 }));
    for (let found: unknown; JSON.stringify(found) !== '[7]'; ) found = ((await features('last?device=b')).body as { row: { value: number } }[]).map(({ row }) => row.value);
    expect(await readFeatures(join(agent.folder, 'data', 'features.db'), 'last', { device: 'b' })).toMatchObject([{ key: { device: 'b' }, row: { value: 7 } }]);
    await agent.stop();
    await agent.start([]);
    expect(await features('last?device=a')).toEqual({ status: 200, body: [{ view: 'last', key: { device: 'a' }, eventTimeMs: T0 + 5_000, row: expect.objectContaining({ device: 'a', value: 5 }) as unknown }] });
    expect(((await features('last')).body as unknown[]).length).toBe(2);
    expect(await features('last?value=1')).toMatchObject({ status: 422, body: { reason: 'FEATURE_KEY' } });
    expect(await features('other')).toEqual({ status: 200, body: [] });
  }, 60_000);
});

describe('a sink of the standard output', () => {
  it('is taken without any connection', async () => {
    await agent.start([]);
    expect(await agent.deploy(postedPlan(stdout({ encoder: { format: 'csv', header: false } })))).toMatchObject({ ok: true });
  }, 60_000);
});
