import { describe, expect, it } from 'vitest';
import { Connections } from '../../../worker/connection/connections';
import { inferTopicSchema } from '../../../worker/connection/infer-topic-schema';
import { payloadFormat } from '../../../worker/connection/topic-tree';
import type { StreamsEvent } from '../../../worker/protocol';
import { ManualClock, settled } from '../support/manual-clock';
import { MemoryBroker } from '../support/memory-broker';

async function build(): Promise<{ connections: Connections; broker: MemoryBroker; clock: ManualClock; events: StreamsEvent[] }> {
  const broker = new MemoryBroker();
  const clock = new ManualClock();
  const events: StreamsEvent[] = [];
  const connections = new Connections({ transport: broker, clock, random: () => 1, emit: event => events.push(event) });
  await connections.add({ name: 'plant', url: 'ws://x', username: 'ann', password: 'secret' });
  await connections.get('plant').connect();
  return { connections, broker, clock, events };
}

describe('the page’s connections', () => {
  it('announce changes, never a password', async () => {
    const { connections, events } = await build();
    expect(events.map(event => (event.kind === 'connection' ? event.connection.status.state : event.kind))).toEqual(['offline', 'connecting', 'connected']);
    await connections.remove('plant');
    expect(events.at(-1)).toEqual({ kind: 'connectionRemoved', name: 'plant' });
    expect(JSON.stringify(events)).not.toContain('secret');
  });

  it('count watchers of a filter and forget topics with the last', async () => {
    const { connections, broker, clock } = await build();
    await connections.watch('plant', '#');
    await connections.watch('plant', '#');
    broker.send('plant/a', '{"x":1}');
    broker.send('plant/a', '{"x":2}');
    broker.send('raw', new Uint8Array([0, 255]));
    await clock.advance(1_000);
    expect(connections.topics('plant')).toMatchObject([
      { topic: 'plant/a', messages: 2, messagesPerS: 2, lastBytes: 7, format: 'JSON' },
      { topic: 'raw', messages: 1, format: 'binary' }
    ]);
    await connections.unwatch('plant', '#');
    broker.send('plant/a', '{"x":3}');
    expect(connections.topics('plant')[0]?.messages).toBe(3);
    await connections.unwatch('plant', '#');
    expect(broker.filters()).toEqual([]);
    expect(connections.topics('plant')).toEqual([]);
  });

  it.each([false, true])('count a message once where watched filters overlap (broker sends a copy each: %s)', async copies => {
    const { connections, broker } = await build();
    broker.repeatsOverlaps = copies;
    for (const filter of ['plant/+', '#']) await connections.watch('plant', filter);
    broker.send('plant/a', '1');
    broker.send('elsewhere', '1');
    expect(connections.topics('plant').map(topic => [topic.topic, topic.messages])).toEqual([['plant/a', 1], ['elsewhere', 1]]);
    await connections.unwatch('plant', 'plant/+');
    broker.send('plant/a', '1');
    expect(connections.topics('plant')[0]?.messages).toBe(2);
  });

  it('name the nearest connection when one is unknown', async () => {
    const { connections } = await build();
    expect(() => connections.get('plnat')).toThrow('Did you mean "plant"?');
    await expect(connections.add({ name: '../x', url: 'ws://x' })).rejects.toMatchObject({ code: 'CONNECTION_NAME' });
  });

  it('answer a test in words, for 3.1.1 brokers too', async () => {
    const { connections, broker } = await build();
    broker.failures.push({ layer: 'mqtt', refusal: 1 });
    expect(await connections.test({ name: 'x', url: 'ws://x' })).toEqual({ ok: true, words: 'broker answered in 1 ms, MQTT 3.1.1, session not kept' });
    broker.failures.push({ layer: 'mqtt', refusal: 5 });
    expect(await connections.test({ name: 'x', url: 'ws://x' })).toMatchObject({ ok: false, error: { code: 'BROKER_REFUSED' } });
  });
});

describe('the schema of a topic', () => {
  it('comes from payloads that were seen', async () => {
    const { connections, broker, clock } = await build();
    await connections.watch('plant', 'plant/#');
    for (let index = 0; index < 20; index += 1) broker.send(`plant/b${index % 4}`, JSON.stringify({ device: `b${index % 4}`, tMs: 1_700_000_000_000 + index, x: index / 2 }));
    const inferred = await inferTopicSchema(connections.get('plant'), connections.tree('plant'), 'plant/+', clock);
    expect(inferred).toMatchObject({ samples: 20, eventTime: 'tMs' });
    expect(inferred.schema.fields.map(field => field.type)).toEqual(['utf8', 'timestampMs', 'float64']);
  });

  it('listens for a while when too little was seen, and says when nothing came', async () => {
    const { connections, broker, clock } = await build();
    const inferring = inferTopicSchema(connections.get('plant'), connections.tree('plant'), 'late', clock);
    await settled();
    broker.send('late', '{"x":1}');
    await clock.advance(3_000);
    expect((await inferring).samples).toBe(1);
    expect(broker.filters()).toEqual([]);
    const nothing = inferTopicSchema(connections.get('plant'), connections.tree('plant'), 'silent', clock);
    const failed = expect(nothing).rejects.toMatchObject({ code: 'NO_SAMPLES' });
    await settled();
    await clock.advance(3_000);
    await failed;
  });

  it.each([
    ['{"a":1}', 'JSON'],
    ['12.5', 'JSON'],
    ['running', 'text'],
    ['a\u0000b', 'binary']
  ])('%j reads as %s', (payload, format) => {
    expect(payloadFormat(new TextEncoder().encode(payload))).toBe(format);
  });
});
