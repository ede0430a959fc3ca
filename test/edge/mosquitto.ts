import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real broker on a free port of 127.0.0.1 that queues without a limit and, when told, keeps sessions over a restart. */
export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  /** SIGTERM, wait, start again on the same port. */
  restart(): Promise<void>;
  /** SIGKILL, wait, start again on the same port with what was on disk. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const BINARY = process.env['LITTORAL_MOSQUITTO'] ?? '/usr/sbin/mosquitto';

export async function startMosquitto(options: { readonly port?: number; readonly persistence?: boolean; /** Saves every second when something has changed. */ readonly autosave?: boolean; readonly users?: Readonly<Record<string, string>>; /** More lines of its configuration; they stand last and win. */ readonly lines?: readonly string[] } = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-mosquitto-'));
  const port = options.port ?? (await freePort());
  const lines = [`listener ${port} 127.0.0.1`, 'set_tcp_nodelay true', 'max_queued_messages 0', 'max_inflight_messages 0', 'log_type none'];
  if (process.getuid?.() === 0) lines.push('user root');
  if (options.persistence === true) lines.push('persistence true', `persistence_location ${folder}/`);
  if (options.autosave === true) lines.push('autosave_on_changes true', 'autosave_interval 1');
  if (options.users === undefined) lines.push('allow_anonymous true');
  else {
    const passwords = join(folder, 'passwords');
    writeFileSync(passwords, '');
    for (const [user, password] of Object.entries(options.users)) spawnSync('mosquitto_passwd', ['-b', passwords, user, password]);
    lines.push('allow_anonymous false', `password_file ${passwords}`);
  }
  lines.push(...(options.lines ?? []));
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  let child = await launch(config, port);
  const end = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(done => child.once('exit', done));
    child.kill(signal);
    await gone;
  };
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    restart: async () => {
      await end();
      child = await launch(config, port);
    },
    crash: async () => {
      await end('SIGKILL');
      child = await launch(config, port);
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

async function launch(config: string, port: number): Promise<ChildProcess> {
  const child = spawn(BINARY, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr?.on('data', bytes => (words += String(bytes)));
  const failed = new Promise<never>((_done, fail) => {
    child.once('error', fail);
    child.once('exit', code => fail(new Error(`mosquitto ended with code ${code}: ${words}`)));
  });
  failed.catch(() => undefined);
  await Promise.race([failed, listening(port)]);
  return child;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>(done => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        done(true);
      });
      socket.on('error', () => setTimeout(() => done(false), 20));
    });
    if (open) return;
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = net.createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
}
