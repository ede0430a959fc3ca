import { describe, expect, it } from 'vitest';
import type { SocketEvents } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import { MqttClient } from '../../../edge/mqtt/client';
import { encodeAck } from '../../../edge/mqtt/packets';

const CONNACK = Buffer.from([0x20, 3, 0, 0, 0]);
const DISCONNECT = 'e000';

describe('a connection that was ended', () => {
  it('says goodbye once and nothing after it, because a write after the end loses what was not sent yet', async () => {
    const sent: string[] = [];
    let network: SocketEvents | null = null;
    const socket = {
      writableNeedDrain: false,
      write: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes).toString('hex')),
      end: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes).toString('hex')),
      destroy: () => undefined,
      pause: () => undefined,
      resume: () => undefined
    };
    const connect = (_target: unknown, events: SocketEvents): typeof socket => {
      network = events;
      return socket;
    };
    const client = new MqttClient({ env: { ...systemEnv(), connect }, settings: { url: 'mqtt://broker' }, clientId: 'c', clean: true, onConnected: () => undefined, onFrame: () => undefined, onDown: () => undefined });
    client.start();
    const events = network as SocketEvents | null;
    events?.opened();
    events?.received(CONNACK);
    client.send(encodeAck(4, 1));
    client.restart();
    const stopped = client.stop();
    client.send(encodeAck(4, 2));
    events?.closed();
    await stopped;
    expect(sent.slice(1)).toEqual(['40020001', DISCONNECT]);
  });
});
