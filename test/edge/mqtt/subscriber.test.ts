import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { generate, parser, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SocketEvents } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import { PacketType, encodeAck, type PublishPacket } from '../../../edge/mqtt/packets';
import { Subscriber } from '../../../edge/mqtt/subscriber';
import { Store } from '../../../edge/store/store';
import { startMosquitto } from '../mosquitto';
import { until } from '../until';

let folder = '';
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-subscriber-'));
  store = await Store.open(join(folder, 'a.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The subscriptions that a subscriber sends when the broker answers its CONNECT. */
async function subscriptionsAfter(protocol: 4 | 5, present: boolean): Promise<ISubscribePacket['subscriptions']> {
  const sent: Packet[] = [];
  const reader = parser();
  reader.on('packet', (packet: Packet) => sent.push(packet));
  let network: SocketEvents | null = null;
  const socket = { writableNeedDrain: false, write: (bytes: Uint8Array) => void reader.parse(Buffer.from(bytes)), end: () => network?.closed(), destroy: () => network?.closed(), pause: () => undefined, resume: () => undefined };
  const env = {
    ...systemEnv(),
    connect: (_target: unknown, events: SocketEvents): typeof socket => {
      network = events;
      return socket;
    }
  };
  const subscriber = new Subscriber({ env, source: 'in', filter: 'plant/+', qos: 2, settings: { url: 'mqtt://broker', protocol }, clientId: 'c', store, onPublish: () => undefined, onRelease: () => undefined, log: () => undefined });
  subscriber.start();
  const events = network as SocketEvents | null;
  events?.opened();
  events?.received(generate(protocol === 5 ? { cmd: 'connack', reasonCode: 0, sessionPresent: present } : { cmd: 'connack', returnCode: 0, sessionPresent: present }, { protocolVersion: protocol }));
  const asked = sent.find(packet => packet.cmd === 'subscribe');
  events?.received(generate({ cmd: 'suback', messageId: 1, granted: [2] }, { protocolVersion: protocol }));
  await subscriber.stop();
  return asked?.subscriptions ?? [];
}

describe('Subscriber', () => {
  it('subscribes on a session that is present too, because a broker that lost it may have made an empty one', async () => {
    expect(await subscriptionsAfter(5, false)).toMatchObject([{ topic: 'plant/+', qos: 2, rh: 0 }]);
    expect(await subscriptionsAfter(5, true)).toMatchObject([{ topic: 'plant/+', qos: 2, rh: 1 }]);
    expect(await subscriptionsAfter(4, true)).toMatchObject([{ topic: 'plant/+', qos: 2 }]);
  });

  it.each([4, 5] as const)('takes a retained message once, however often it connects by protocol %i', async protocol => {
    const broker = await startMosquitto({ persistence: true });
    const publisher = await mqtt.connectAsync(broker.url);
    await publisher.publishAsync('plant/kept', 'old', { qos: 1, retain: true });
    const seen: string[] = [];
    const onPublish = (packet: PublishPacket, from: Subscriber): void => {
      seen.push(packet.payload.toString('utf8'));
      from.acknowledge([encodeAck(PacketType.puback, packet.packetId)]);
    };
    const connect = async (): Promise<void> => {
      const subscriber = new Subscriber({ env: systemEnv(), source: 'in', filter: 'plant/+', qos: 1, settings: { url: broker.url, protocol }, clientId: 'c', store, onPublish, onRelease: () => undefined, log: () => undefined });
      subscriber.start();
      await until(() => subscriber.state.state === 'connected' && store.meta('subscribed:in') !== null);
      await publisher.publishAsync('plant/now', `now ${seen.length}`, { qos: 1 });
      await until(() => seen.at(-1)?.startsWith('now') === true);
      await subscriber.stop();
    };
    await connect();
    expect(seen).toEqual(['old', 'now 1']);
    seen.length = 0;
    await connect();
    expect(seen).toEqual(['now 0']);
    await publisher.endAsync();
    await broker.stop();
  });
});
