import { describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import { checkBroker } from '../../../edge/mqtt/broker-check';
import { BrokerWatch } from '../../../edge/mqtt/broker-watch';
import mqtt from 'mqtt';
import { startMosquitto } from '../mosquitto';
import { until } from '../until';

const check = (url: string, messages = 1_500): ReturnType<typeof checkBroker> => checkBroker({ env: systemEnv(), settings: { url }, messages, progress: () => undefined });

describe('checkBroker', () => {
  it('finds a broker that queues without a limit sound', async () => {
    const broker = await startMosquitto();
    expect(await check(broker.url)).toMatchObject({ ok: true, protocol: 5, sent: 1_500, received: 1_500, findings: [] });
    await broker.stop();
  });

  it('finds the messages that a broker with its default limits drops in silence', async () => {
    const broker = await startMosquitto({ lines: ['max_queued_messages 1000', 'max_inflight_messages 20'] });
    const result = await check(broker.url);
    expect(result).toMatchObject({ ok: false, sent: 1_500, findings: [{ kind: 'loss', code: 'MESSAGES_DROPPED' }] });
    expect(result.received).toBeLessThan(1_100);
    await broker.stop();
  });

  it('says that nobody listens', async () => {
    await expect(check('mqtt://127.0.0.1:9')).rejects.toMatchObject({ code: 'BROKER_CHECK', message: expect.stringContaining('nobody listens there') as string });
  });
});

describe('BrokerWatch', () => {
  it('warns when the broker says that it has dropped messages', async () => {
    const broker = await startMosquitto({ lines: ['max_queued_messages 10', 'sys_interval 1'] });
    const logs: string[] = [];
    const watch = new BrokerWatch({ env: systemEnv(), connection: 'plant', settings: { url: broker.url }, clientId: 'watch', log: line => logs.push(line) });
    watch.start();
    const away = await mqtt.connectAsync(broker.url, { clientId: 'away', clean: false });
    await away.subscribeAsync('t', { qos: 1 });
    await away.endAsync();
    const publisher = await mqtt.connectAsync(broker.url);
    let sent = 0;
    await until(() => {
      void publisher.publishAsync('t', String(sent++), { qos: 1 });
      return watch.dropped > 0;
    });
    expect(logs[0]).toMatch(/mqtt connection "plant": broker mqtt:\/\/127\.0\.0\.1:\d+ has dropped \d+ messages/);
    await publisher.endAsync();
    await watch.stop();
    await broker.stop();
  });
});
