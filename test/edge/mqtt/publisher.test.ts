import mqtt, { type IPublishPacket } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
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
    const publisher: Publisher = new Publisher({ env: systemEnv(), settings: { url: broker.url }, clientId: `sink-${qos}`, inflightMax: 10, log: () => undefined, onRoom: () => pump() });
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
    const publisher = new Publisher({ env: systemEnv(), settings: { url: aedes.url }, clientId: 'sink', log: line => logs.push(line), onRoom: () => undefined });
    publisher.start();
    await until(() => publisher.ready);
    publisher.publish({ topic: 'a', payload: Buffer.from('x'), qos: 1, retain: false, effectId: 'e' }, () => confirmed++);
    await until(() => confirmed === 1);
    expect(publisher.state).toMatchObject({ state: 'connected', protocol: 4 });
    expect(logs).toEqual([]);
    await publisher.stop();
    await aedes.stop();
  });
});
