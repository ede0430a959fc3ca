import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import type { LogFacts } from '../../../edge/log/log';
import { Publisher } from '../../../edge/mqtt/publisher';
import { startAedes } from '../aedes';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());

describe('Publisher', () => {
  it.each([0, 1, 2] as const)('delivers at QoS %i with the id of the effect as a user property', async qos => {
    const seen: { payload: string; id: unknown; retain: boolean }[] = [];
    const reader = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    reader.on('message', (_topic, payload, packet: IPublishPacket) => seen.push({ payload: payload.toString(), id: packet.properties?.userProperties?.['littoral-id'], retain: packet.retain }));
    await reader.subscribeAsync(`out/${qos}`, { qos });
    let done = 0;
    const publisher: Publisher = new Publisher({ env: systemEnv(), settings: { url: broker.url }, clientId: `sink-${qos}`, inflightMax: 10, log: () => undefined, onRefused: () => undefined, onRoom: () => pump() });
    const pump = (): void => {
      for (; next < 500 && publisher.ready; next++) {
        publisher.publish({ topic: `out/${qos}`, payload: Buffer.from(`m${next}`), qos, retain: false, effectId: `p/1/out/${next}` }, () => done++);
      }
    };
    let next = 0;
    publisher.start();
    pump();
    await until(() => seen.length >= 500 && done >= 500);
    expect(seen).toEqual(Array.from({ length: 500 }, (_none, index) => ({ payload: `m${index}`, id: `p/1/out/${index}`, retain: false })));
    await publisher.stop();
    await reader.endAsync();
  });

  it('falls back to MQTT 3.1.1 with a broker that refuses 5', async () => {
    const aedes = await startAedes();
    const logs: string[] = [];
    let confirmed = 0;
    const publisher = new Publisher({ env: systemEnv(), settings: { url: aedes.url }, clientId: 'sink', log: line => logs.push(line), onRefused: () => undefined, onRoom: () => undefined });
    publisher.start();
    await until(() => publisher.ready);
    publisher.publish({ topic: 'a', payload: Buffer.from('x'), qos: 1, retain: false, effectId: 'e' }, () => confirmed++);
    await until(() => confirmed === 1);
    expect(publisher.state).toMatchObject({ state: 'connected', protocol: 4 });
    expect(logs).toEqual([]);
    await publisher.stop();
    await aedes.stop();
  });

  it('keeps to what a broker allows: unacknowledged messages, topic aliases, size', async () => {
    const narrow = await startMosquitto({ lines: ['max_inflight_messages 3', 'max_packet_size 2000'] });
    const seen: string[] = [];
    const refused: string[] = [];
    const logs: string[] = [];
    const reader = await mqtt.connectAsync(narrow.url, { protocolVersion: 5 });
    reader.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await reader.subscribeAsync('plant/#', { qos: 1 });
    let done = 0;
    const publisher: Publisher = new Publisher({ env: systemEnv(), settings: { url: narrow.url }, clientId: 'narrow', log: line => logs.push(line), onRefused: ({ effectId }) => refused.push(effectId), onRoom: () => pump() });
    const topics = Array.from({ length: 15 }, (_none, index) => `plant/line-${index}/temperature`);
    const pump = (): void => {
      for (; next < 300 && publisher.ready; next++) {
        const payload = next === 100 ? Buffer.alloc(5_000) : Buffer.from(`m${next}`);
        publisher.publish({ topic: topics[next % topics.length] ?? '', payload, qos: 1, retain: false, effectId: `e${next}` }, () => done++);
      }
    };
    let next = 0;
    publisher.start();
    pump();
    await until(() => done >= 300 && seen.length >= 299);
    const expected = Array.from({ length: 300 }, (_none, index) => `${topics[index % topics.length] ?? ''} m${index}`);
    expect([...seen].sort()).toEqual(expected.filter((_text, index) => index !== 100).sort());
    expect(refused).toEqual(['e100']);
    expect(logs).toEqual([expect.stringContaining('packets of 2000 bytes at most')]);
    await publisher.stop();
    await reader.endAsync();
    await narrow.stop();
  });

  it('counts a message that the broker does not allow, and goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'littoral-acl-'));
    writeFileSync(join(folder, 'acl'), 'topic write allowed/#\ntopic read allowed/#\n');
    chmodSync(join(folder, 'acl'), 0o600);
    const strict = await startMosquitto({ lines: [`acl_file ${join(folder, 'acl')}`] });
    const refused: string[] = [];
    const said: (LogFacts | undefined)[] = [];
    const properties = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    let done = 0;
    const publisher: Publisher = new Publisher({ env: systemEnv(), settings: { url: strict.url }, clientId: 'strict', log: (_text, facts) => said.push(facts), onRefused: ({ topic }) => refused.push(topic), onRoom: () => undefined });
    publisher.start();
    await until(() => publisher.ready);
    for (const topic of ['forbidden/a', 'allowed/b']) publisher.publish({ topic, payload: Buffer.from('x'), qos: 2, retain: false, effectId: topic, properties }, () => done++);
    await until(() => done === 2);
    expect(refused).toEqual(['forbidden/a']);
    expect(said.filter(facts => facts?.event === 'sink.message_refused')).toMatchObject([{ event: 'sink.message_refused', severity: 'warn', traceId: '0af7651916cd43dd8448eb211c80319c', fields: { effect_id: 'forbidden/a' } }]);
    await publisher.stop();
    await strict.stop();
    rmSync(folder, { recursive: true, force: true });
  });
});
