import { describe, expect, it } from 'vitest';
import type { Socket, SocketEvents, Timer } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import { MqttClient } from '../../../edge/mqtt/client';
import { encodeAck } from '../../../edge/mqtt/packets';

const CONNACK = Buffer.from([0x20, 3, 0, 0, 0]);
const DISCONNECT = 'e000';

type Answer = 'accept' | 'refuse' | 'end';

/** What protocol versions a client tries, one after the other, when the broker answers each CONNECT as told. */
function versionsTried(answers: readonly Answer[]): number[] {
  const versions: number[] = [];
  const waiting: (() => void)[] = [];
  const connect = (_target: unknown, events: SocketEvents): Socket => {
    const answer = answers[versions.length];
    const write = (bytes: Uint8Array): void => {
      const version = bytes[8] ?? 0;
      versions.push(version);
      if (answer === 'accept') events.received(version === 5 ? CONNACK : Buffer.from([0x20, 2, 0, 0]));
      if (answer === 'refuse') events.received(Buffer.from([0x20, 2, 0, 1]));
      events.closed();
    };
    waiting.push(() => events.opened());
    return { writableNeedDrain: false, write, end: () => undefined, destroy: () => undefined, pause: () => undefined, resume: () => undefined };
  };
  const setTimer = (delayMs: number, body: () => void): Timer => {
    if (delayMs < 10_000) waiting.push(body);
    return { cancel: () => undefined };
  };
  const client = new MqttClient({ env: { ...systemEnv(), connect, setTimer }, settings: { url: 'mqtt://broker' }, clientId: 'c', clean: true, onConnected: () => undefined, onFrame: () => undefined, onDown: () => undefined });
  client.start();
  while (versions.length < answers.length) waiting.shift()?.();
  return versions;
}

describe('the protocol version', () => {
  it.each<readonly [string, readonly Answer[], readonly number[]]>([
    ['falls to 3.1.1 where 5 is refused', ['refuse', 'accept'], [5, 4]],
    ['falls to 3.1.1 where 5 is met with silence, and comes back where that is refused', ['end', 'refuse', 'accept'], [5, 4, 5]],
    ['stays at 5 at a broker that has accepted it and ends early once', ['accept', 'end', 'accept'], [5, 5, 5]]
  ])('%s', (_name, answers, versions) => {
    expect(versionsTried(answers)).toEqual(versions);
  });
});

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
    const stopped = client.stop();
    client.send(encodeAck(4, 2));
    events?.closed();
    await stopped;
    expect(sent.slice(1)).toEqual(['40020001', DISCONNECT]);
  });
});
