import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { Intake, type SourceSession } from '../../../edge/agent/intake';
import { Journal } from '../../../edge/agent/journal';
import type { BrokerSettings } from '../../../edge/mqtt/broker-settings';
import { Subscriber } from '../../../edge/mqtt/subscriber';
import type { Qos } from '../../../edge/mqtt/packets';
import { Store } from '../../../edge/store/store';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { startAedes } from '../aedes';
import { freePort, startMosquitto, type Mosquitto } from '../mosquitto';
import { envAt } from '../env-at';
import { until } from '../until';

/** An agent's way in, without an engine behind it. */
interface Ingest {
  readonly subscriber: Subscriber;
  readonly store: Store;
  readonly seen: string[];
  readonly logs: string[];
  close(): Promise<void>;
}

let broker: Mosquitto;
let folder = '';
let publisher: MqttClient;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  broker = await startMosquitto({ persistence: true });
  publisher = await mqtt.connectAsync(broker.url, { clientId: 'publisher', reconnectPeriod: 50 });
});
afterAll(async () => {
  await publisher.endAsync();
  await broker.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-ingest-'));
});
afterEach(async () => {
  for (const ingest of open.splice(0)) await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startIngest(options: { filter: string; sharedGroup?: string; qos: Qos; clientId: string; settings?: Partial<BrokerSettings>; pagesMax?: number; packetBytesMax?: number; file?: string; loseAcks?: boolean }): Promise<Ingest> {
  const store = await Store.open(join(folder, options.file ?? 'agent.db'), { pagesMax: options.pagesMax });
  const logs: string[] = [];
  const seen: string[] = [];
  const env = envAt(() => 1_000);
  const writer: DurableWriter = new DurableWriter({
    env,
    store,
    onFatal: error => logs.push(`fatal: ${String(error)}`),
    onBlocked: (blocked, words) => {
      logs.push(words);
      subscriber.setPaused(blocked);
    }
  });
  const journal = new Journal(store);
  const onInputs = (inputs: readonly GraphInput[]): void => {
    for (const input of inputs) if (input.kind === 'message') seen.push(Buffer.from(input.payload).toString('utf8'));
  };
  const intake = new Intake({ env, store, journal, writer, onInputs });
  const subscriber: Subscriber = new Subscriber({
    env,
    source: 'in',
    filter: options.filter,
    sharedGroup: options.sharedGroup,
    qos: options.qos,
    settings: { url: broker.url, ...options.settings },
    clientId: options.clientId,
    packetBytesMax: options.packetBytesMax,
    store,
    onPublish: (packet, from) => intake.publish(packet, options.loseAcks === true ? withoutAcks(from) : from),
    onRelease: (id, from) => intake.release(id, from),
    log: message => logs.push(message)
  });
  subscriber.start();
  let closed = false;
  const ingest: Ingest = {
    subscriber,
    store,
    seen,
    logs,
    close: async () => {
      if (closed) return;
      closed = true;
      await subscriber.stop();
      writer.close();
      store.close();
    }
  };
  open.push(ingest);
  return ingest;
}

/** As when the process is killed after the commit and before the acknowledgements have left. */
const withoutAcks = (session: SourceSession): SourceSession => ({ source: session.source, ledger: session.ledger, connectionCount: session.connectionCount, acknowledgeAfter: 'inbox', acknowledge: () => undefined });

const subscribed = (ingest: Ingest): Promise<void> => until(() => ingest.store.meta('subscribed:in') !== null);
const stored = (store: Store): string[] => [...store.inboxAfter(-1)].flatMap(group => group.inputs).map(input => (input.kind === 'message' ? Buffer.from(input.payload).toString('utf8') : input.kind));
const numbers = (count: number): string[] => Array.from({ length: count }, (_none, index) => `{"n":${index}}`);

describe.each([4, 5] as const)('a source over MQTT protocol version %i', protocol => {
  it.each([0, 1, 2] as const)('takes in every message once and in order at QoS %i', async qos => {
    const ingest = await startIngest({ filter: `in/${protocol}/${qos}/#`, qos, clientId: `agent-${protocol}-${qos}`, settings: { protocol } });
    await subscribed(ingest);
    const payloads = numbers(3_000);
    await Promise.all(payloads.map(payload => publisher.publishAsync(`in/${protocol}/${qos}/a`, payload, { qos })));
    await until(() => ingest.seen.length >= payloads.length);
    expect(ingest.seen).toEqual(payloads);
    await until(() => stored(ingest.store).length >= payloads.length);
    expect(stored(ingest.store)).toEqual(payloads);
    expect(ingest.subscriber.ledger.duplicates).toBe(0);
    if (qos === 2) await until(() => ingest.store.packets('inflight', 'in').length === 0);
  });

  it.each([1, 2] as const)('gets what was sent while it was away, once, at QoS %i', async qos => {
    const clientId = `away-${protocol}-${qos}`;
    const topic = `away/${protocol}/${qos}`;
    const first = await startIngest({ filter: topic, qos, clientId, settings: { protocol } });
    await subscribed(first);
    await first.close();
    for (const payload of numbers(50)) await publisher.publishAsync(topic, payload, { qos });
    const second = await startIngest({ filter: topic, qos, clientId, settings: { protocol } });
    await until(() => second.seen.length >= 50);
    expect(second.seen).toEqual(numbers(50));
    expect(second.logs.some(line => line.includes('session resumed'))).toBe(true);
  });
});

describe('a source', () => {
  it('follows the broker over a restart without losing or repeating a message', async () => {
    const ingest = await startIngest({ filter: 'restart/a', qos: 1, clientId: 'agent-restart' });
    await subscribed(ingest);
    for (const payload of numbers(20)) await publisher.publishAsync('restart/a', payload, { qos: 1 });
    await until(() => ingest.seen.length >= 20);
    await broker.restart();
    await until(() => publisher.connected);
    await publisher.publishAsync('restart/a', 'after', { qos: 1 });
    await until(() => ingest.seen.length >= 21);
    expect(ingest.seen).toEqual([...numbers(20), 'after']);
  });

  it('stops acknowledging on a full disk and goes on without loss when there is room', async () => {
    const ingest = await startIngest({ filter: 'full/a', qos: 1, clientId: 'agent-full', pagesMax: 400 });
    await subscribed(ingest);
    const payloads = Array.from({ length: 1_500 }, (_none, index) => String(index).padEnd(2_000, '.'));
    const sent = payloads.map(payload => publisher.publishAsync('full/a', payload, { qos: 1 }));
    await until(() => ingest.logs.some(line => line.includes('is full')));
    const kept = ingest.seen.length;
    expect(kept).toBeLessThan(payloads.length);
    expect(stored(ingest.store)).toHaveLength(kept);
    while (ingest.seen.length < payloads.length) {
      ingest.store.transaction(() => ingest.store.trimInbox(ingest.store.lastSeq()));
      await new Promise(done => setImmediate(done));
    }
    await Promise.all(sent);
    expect(ingest.seen).toEqual(payloads);
    expect(ingest.logs.some(line => line.includes('room again'))).toBe(true);
  });

  it('keeps the beginning of a message that is too large, and goes on', async () => {
    const ingest = await startIngest({ filter: 'large/a', qos: 1, clientId: 'agent-large', packetBytesMax: 10_000, settings: { protocol: 4 } });
    await subscribed(ingest);
    await publisher.publishAsync('large/a', 'x'.repeat(300_000), { qos: 1 });
    await publisher.publishAsync('large/a', 'next', { qos: 1 });
    await until(() => ingest.seen.length >= 2);
    expect(ingest.seen[0]).toMatch(/^x{9900,10000}$/);
    expect(ingest.seen[1]).toBe('next');
  });

  it('says that nobody listens, and tries again', async () => {
    const port = await freePort();
    const ingest = await startIngest({ filter: 'a', qos: 1, clientId: 'agent-nobody', settings: { url: `mqtt://user:secret@127.0.0.1:${port}` } });
    await until(() => ingest.logs.length > 0);
    expect(ingest.logs[0]).toMatch(/broker mqtt:\/\/127\.0\.0\.1:\d+: no connection \(TCP, ECONNREFUSED, nobody listens there\); tried again.*Next try in/);
    expect(ingest.logs[0]).not.toContain('secret');
  });
});

describe.each(['mosquitto', 'aedes'] as const)('with %s, a kill between commit and acknowledgement', name => {
  it.each([1, 2] as const)('neither loses nor repeats a message at QoS %i', async qos => {
    const other = name === 'aedes' ? await startAedes() : null;
    const url = other?.url ?? broker.url;
    const sender = await mqtt.connectAsync(url, { clientId: `sender-${qos}` });
    try {
      const settings = { url };
      const filter = `acks/${qos}`;
      const clientId = `agent-acks-${qos}`;
      const first = await startIngest({ filter, qos, clientId, settings, loseAcks: true });
      await subscribed(first);
      for (const payload of ['on', 'off', 'on', 'off', 'on']) await sender.publishAsync(filter, payload, { qos });
      await until(() => first.seen.length >= 5);
      await first.close();
      for (const payload of ['on', 'off', 'on']) await sender.publishAsync(filter, payload, { qos });
      const second = await startIngest({ filter, qos, clientId, settings });
      await until(() => second.seen.length >= 3 && second.subscriber.ledger.duplicates >= 5);
      await sender.publishAsync(filter, 'last', { qos });
      await until(() => second.seen.includes('last'));
      expect(stored(second.store)).toEqual(['on', 'off', 'on', 'off', 'on', 'on', 'off', 'on', 'last']);
      expect(second.subscriber.ledger.duplicates).toBe(5);
    } finally {
      for (const ingest of open.splice(0)) await ingest.close();
      await sender.endAsync();
      await other?.stop();
    }
  });
});

describe('a broker with passwords', () => {
  it('refuses a wrong one in words that name the layer, and never in words that hold the password', async () => {
    const strict = await startMosquitto({ users: { agent: 'right' } });
    try {
      const wrong = await startIngest({ filter: 'a', qos: 1, clientId: 'w', settings: { url: strict.url, username: 'agent', password: 'wrong-one', protocol: 4 }, file: 'wrong.db' });
      await until(() => wrong.logs.length > 0);
      expect(wrong.logs[0]).toMatch(/refused the connection \(MQTT, code 5, not authorised\).*every 60 s/);
      expect(wrong.logs.join()).not.toContain('wrong-one');
      expect(wrong.subscriber.problem).toContain('not authorised');
      const right = await startIngest({ filter: 'a', qos: 1, clientId: 'r', settings: { url: strict.url, username: 'agent', password: 'right' }, file: 'right.db' });
      await subscribed(right);
      expect(right.subscriber.state).toMatchObject({ state: 'connected', protocol: 5 });
    } finally {
      for (const ingest of open.splice(0)) await ingest.close();
      await strict.stop();
    }
  });
});

describe('a source beside others', () => {
  it('shares the messages of its filter with the agents of its group, each once', async () => {
    const group = await Promise.all([1, 2].map(index => startIngest({ filter: 'shared/#', sharedGroup: 'line7', qos: 1, clientId: `member-${index}`, file: `member-${index}.db` })));
    await Promise.all(group.map(subscribed));
    const payloads = numbers(400);
    await Promise.all(payloads.map(payload => publisher.publishAsync('shared/a', payload, { qos: 1 })));
    await until(() => group.reduce((sum, { seen }) => sum + seen.length, 0) >= payloads.length);
    expect(group.flatMap(({ seen }) => seen).sort()).toEqual([...payloads].sort());
    expect(group.map(({ seen }) => seen.length > 0)).toEqual([true, true]);
  });

  it('says when its broker has forgotten it', async () => {
    const forgetful = await startMosquitto();
    const ingest = await startIngest({ filter: 'f', qos: 1, clientId: 'forgotten', settings: { url: forgetful.url } });
    await subscribed(ingest);
    expect(ingest.subscriber.sessionsLost).toBe(0);
    await forgetful.restart();
    await until(() => ingest.subscriber.sessionsLost === 1);
    expect(ingest.logs.join('\n')).toMatch(/no longer knew this agent; messages sent while it was away may be lost/);
    await ingest.close();
    await forgetful.stop();
  });

  it('knows topics that its broker sends as numbers, and ends a connection with a number that means nothing', async () => {
    const sent: IPublishPacket['properties'][] = [{ topicAlias: 1 }, { topicAlias: 1 }, { topicAlias: 9 }];
    let connections = 0;
    const server = net.createServer(socket => {
      connections++;
      const packets = parser({ protocolVersion: 5 });
      socket.on('data', bytes => packets.parse(bytes));
      socket.on('error', () => undefined);
      packets.on('packet', (packet: Packet) => {
        const answer = (reply: Packet): void => void socket.write(generate(reply, { protocolVersion: 5 }));
        if (packet.cmd === 'connect') answer({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
        if (packet.cmd !== 'subscribe') return;
        answer({ cmd: 'suback', messageId: packet.messageId ?? 1, granted: [1] });
        sent.forEach((properties, index) => answer({ cmd: 'publish', topic: index === 0 ? 'plant/a' : '', payload: `m${index}`, qos: 0, dup: false, retain: false, properties }));
      });
    });
    const port = await new Promise<number>(done => server.listen(0, '127.0.0.1', () => done((server.address() as net.AddressInfo).port)));
    const ingest = await startIngest({ filter: 'plant/+', qos: 1, clientId: 'aliases', settings: { url: `mqtt://127.0.0.1:${port}` } });
    await until(() => connections >= 2);
    expect(ingest.seen.slice(0, 2)).toEqual(['m0', 'm1']);
    expect(ingest.logs.join('\n')).toContain('topic alias 9 was never given a topic');
    await ingest.close();
    await new Promise(done => server.close(done));
  });
});
