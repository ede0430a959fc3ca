import { describe, expect, it } from 'vitest';
import { Connection } from '../../../worker/connection/connection';
import type { MqttMessage } from '../../../worker/connection/mqtt-transport';
import { ManualClock, settled } from '../support/manual-clock';
import { MemoryBroker } from '../support/memory-broker';

function build(): { connection: Connection; broker: MemoryBroker; clock: ManualClock; states: string[] } {
  const broker = new MemoryBroker();
  const clock = new ManualClock();
  const states: string[] = [];
  const connection: Connection = new Connection(
    { name: 'plant', url: 'ws://127.0.0.1:9001' },
    { transport: broker, clock, random: () => 1, onChange: () => states.push(connection.info().status.state) }
  );
  return { connection, broker, clock, states };
}

function collector(): { texts: string[]; onMessage(message: MqttMessage): void } {
  const texts: string[] = [];
  return { texts, onMessage: message => texts.push(new TextDecoder().decode(message.payload)) };
}

describe('a connection', () => {
  it('tries MQTT 5 first and says which version the broker speaks', async () => {
    const { connection, broker } = build();
    await connection.connect();
    expect(broker.opened).toEqual([5]);
    expect(connection.info().status).toMatchObject({ state: 'connected', protocol: 'MQTT 5' });
  });

  it('falls back to MQTT 3.1.1 when the broker refuses version 5, and remembers it', async () => {
    const { connection, broker, clock } = build();
    broker.failures.push({ layer: 'mqtt', refusal: 1 });
    await connection.connect();
    expect(broker.opened).toEqual([5, 4]);
    expect(connection.info().status).toMatchObject({ protocol: 'MQTT 3.1.1' });
    broker.drop();
    await clock.advance(1_000);
    expect(broker.opened).toEqual([5, 4, 4]);
  });

  it('comes back by itself after a loss, with growing delays, and subscribes again', async () => {
    const { connection, broker, clock } = build();
    const consumer = collector();
    await connection.connect();
    await connection.subscribe('plant/+', consumer);
    broker.failures.push({ layer: 'socket' }, { layer: 'socket' });
    broker.drop();
    expect(connection.info().status).toMatchObject({ state: 'connecting', attempt: 2, error: { code: 'BROKER_LOST' } });
    await clock.advance(999);
    expect(broker.opened).toHaveLength(1);
    await clock.advance(1);
    expect(broker.opened).toHaveLength(2);
    await clock.advance(2_000);
    expect(broker.opened).toHaveLength(3);
    await clock.advance(4_000);
    expect(connection.info().status.state).toBe('connected');
    broker.send('plant/a', 'back');
    expect(consumer.texts).toEqual(['back']);
  });

  it('does not retry a wrong password and keeps the error in its state', async () => {
    const { connection, broker, clock } = build();
    broker.failures.push({ layer: 'mqtt', refusal: 135 });
    await expect(connection.connect()).rejects.toMatchObject({ code: 'BROKER_REFUSED', message: expect.stringContaining('code 135, not authorised') as string });
    await clock.advance(60_000);
    expect(broker.opened).toHaveLength(1);
    expect(connection.info().status).toMatchObject({ state: 'offline', error: { code: 'BROKER_REFUSED' } });
  });

  it('rejects the first failure but goes on trying an unreachable broker', async () => {
    const { connection, broker, clock } = build();
    broker.failures.push({ layer: 'socket' });
    await expect(connection.connect()).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
    await clock.advance(1_000);
    expect(connection.connected).toBe(true);
  });

  it('stays offline when it is disconnected while an attempt is under way', async () => {
    const { connection, broker } = build();
    const connecting = connection.connect();
    await connection.disconnect();
    await expect(connecting).rejects.toMatchObject({ code: 'CANCELLED' });
    await settled();
    expect(connection.info().status.state).toBe('offline');
    expect(broker.clientCount).toBe(0);
  });

  it('subscribes once for two consumers of a filter and ends it with the last', async () => {
    const { connection, broker } = build();
    await connection.connect();
    const [first, second] = [collector(), collector()];
    const one = await connection.subscribe('plant/#', first);
    const two = await connection.subscribe('plant/#', second);
    broker.send('plant/a', 'x');
    await one.close();
    expect(broker.filters()).toEqual(['plant/#']);
    broker.send('plant/a', 'y');
    await two.close();
    expect(broker.filters()).toEqual([]);
    expect([first.texts, second.texts]).toEqual([['x'], ['x', 'y']]);
  });

  it('gives each consumer one copy although the broker sends one per overlapping subscription', async () => {
    const { connection, broker } = build();
    broker.repeatsOverlaps = true;
    await connection.connect();
    const [wide, narrow] = [collector(), collector()];
    await connection.subscribe('#', wide);
    await connection.subscribe('plant/+', narrow);
    broker.send('plant/a', 'x');
    expect([wide.texts, narrow.texts]).toEqual([['x'], ['x']]);
  });

  it('refuses a wrong filter before the broker sees it', async () => {
    const { connection } = build();
    await connection.connect();
    await expect(connection.subscribe('plant/#/x', collector())).rejects.toMatchObject({ code: 'TOPIC_FILTER' });
    await expect(connection.subscribe('forbidden/x', collector())).rejects.toMatchObject({ code: 'SUBSCRIPTION_REFUSED' });
  });

  it('keeps subscriptions over a change of its settings', async () => {
    const { connection, broker } = build();
    const consumer = collector();
    await connection.connect();
    await connection.subscribe('a', consumer);
    await connection.change({ name: 'plant', url: 'ws://127.0.0.1:9002' });
    broker.send('a', 'still');
    expect(consumer.texts).toEqual(['still']);
  });

  it('refuses to publish while there is no connection', async () => {
    const { connection } = build();
    await expect(connection.publish('a', new Uint8Array(0), { qos: 0, retain: false })).rejects.toMatchObject({ code: 'NOT_CONNECTED', retryable: true });
  });
});
