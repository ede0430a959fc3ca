import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Mosquitto {
  readonly tcpPort: number;
  readonly wsUrl: string;
  close(): Promise<void>;
}

/** A real broker on free ports of 127.0.0.1: plain TCP for publishers, WebSocket for the page. */
export async function startMosquitto(options: { readonly users?: Readonly<Record<string, string>> } = {}): Promise<Mosquitto> {
  const dir = mkdtempSync(join(tmpdir(), 'littoral-mosquitto-'));
  const [tcpPort, wsPort] = [await unusedPort(), await unusedPort()];
  const users = Object.entries(options.users ?? {});
  const lines = [
    'persistence false',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'max_queued_messages 0',
    'max_inflight_messages 0',
    'set_tcp_nodelay true',
    `allow_anonymous ${users.length === 0}`,
    ...(users.length === 0 ? [] : [`password_file ${join(dir, 'passwords')}`]),
    `listener ${tcpPort} 127.0.0.1`,
    `listener ${wsPort} 127.0.0.1`,
    'protocol websockets'
  ];
  writeFileSync(join(dir, 'mosquitto.conf'), lines.join('\n'));
  if (users.length > 0) await writePasswords(join(dir, 'passwords'), users);
  const child = spawn(process.env['LITTORAL_MOSQUITTO'] ?? '/usr/sbin/mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore' });
  await Promise.all([accepting(tcpPort), accepting(wsPort)]);
  return {
    tcpPort,
    wsUrl: `ws://127.0.0.1:${wsPort}`,
    close: () =>
      new Promise(done => {
        child.once('exit', () => {
          rmSync(dir, { recursive: true, force: true });
          done();
        });
        child.kill('SIGTERM');
      })
  };
}

async function writePasswords(file: string, users: readonly (readonly [string, string])[]): Promise<void> {
  writeFileSync(file, users.map(([name, password]) => `${name}:${password}`).join('\n') + '\n', { mode: 0o600 });
  await new Promise<void>((done, fail) => {
    spawn('mosquitto_passwd', ['-U', file]).once('exit', code => (code === 0 ? done() : fail(new Error(`mosquitto_passwd ended with ${code}`)))).once('error', fail);
  });
}

function unusedPort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = net.createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function accepting(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await connects(port))) if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`);
}

function connects(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => setTimeout(() => done(false), 20));
  });
}
