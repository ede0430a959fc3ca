import { randomBytes } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { ConnectTarget, Env, Socket, SocketEvents } from './env';
import type { TlsSettings } from './tls-settings';

/** The world as it is: the system's clocks, timers, randomness and TCP. */
export function systemEnv(): Env {
  return SYSTEM;
}

const SYSTEM: Env = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, body) => {
    const timer = setTimeout(body, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: body => void setImmediate(body),
  random: () => Math.random(),
  randomHex: bytes => randomBytes(bytes).toString('hex'),
  connect
};

function connectTls(host: string, port: number, { alpn, ...settings }: TlsSettings): tls.TLSSocket {
  return tls.connect({ host, port, servername: net.isIP(host) ? undefined : host, ...settings, ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }) });
}

function connect({ host, port, tls: settings }: ConnectTarget, events: SocketEvents): Socket {
  const socket = settings === null ? net.connect({ host, port }) : connectTls(host, port, settings);
  socket.setNoDelay(true);
  socket.once(settings === null ? 'connect' : 'secureConnect', () => events.opened());
  socket.on('data', bytes => events.received(bytes));
  socket.on('drain', () => events.drained());
  socket.on('error', error => events.failed(error));
  socket.on('close', () => events.closed());
  return socket;
}
