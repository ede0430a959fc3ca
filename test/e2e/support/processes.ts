import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

export interface RunningStation {
  readonly origin: string;
  readonly brokerUrl: string;
  readonly brokerWsUrl: string;
  readonly dataDir: string;
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** The product as `npm start` runs it, on free ports and a folder of its own. */
export async function startStation(...extra: string[]): Promise<RunningStation> {
  const dataDir = mkdtempSync(join(tmpdir(), 'littoral-e2e-'));
  const child = spawn(process.execPath, [join(root, 'lib/edge/station.mjs'), '--port', '0', '--data', dataDir, ...extra], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const ready = await lineMatching(child, lines, /^Littoral is ready: (http:\/\/127\.0\.0\.1:\d+)\//);
  const broker = lines.map(line => /^broker: (\S+?), (\S+?);/.exec(line)).find(match => match !== null);
  return {
    origin: ready[1] ?? '',
    brokerUrl: broker?.[1] ?? '',
    brokerWsUrl: broker?.[2] ?? '',
    dataDir,
    lines,
    close: async () => {
      await endProcess(child);
      rmSync(dataDir, { recursive: true, force: true });
    }
  };
}

const hosts = process.env['LITTORAL_HOSTS'] ?? join(root, '.venv-hosts');

/** Builds the Python wheel and installs it into a folder of its own, as `pip install` does; gives that folder. */
export function installWheel(): string {
  const dir = mkdtempSync(join(tmpdir(), 'littoral-wheel-'));
  const python = join(hosts, 'bin/python');
  execFileSync(python, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', dir], { cwd: root, stdio: 'pipe' });
  const wheel = readdirSync(dir).find(name => name.endsWith('.whl')) ?? 'no wheel';
  execFileSync(python, ['-m', 'pip', 'install', '-q', '--no-deps', '--no-index', '--disable-pip-version-check', '--prefix', join(dir, 'prefix'), join(dir, wheel)], { stdio: 'pipe' });
  return join(dir, 'prefix');
}

/** JupyterLab or Notebook 7 with the extension of the installed wheel. */
export async function startJupyter(app: 'lab' | 'notebook', wheelPrefix: string): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'littoral-host-'));
  cpSync(join(root, 'notebooks'), join(dir, 'work'), { recursive: true });
  mkdirSync(join(dir, 'settings'));
  const port = await freePort();
  const env = {
    ...process.env,
    JUPYTER_PATH: join(wheelPrefix, 'share/jupyter'),
    JUPYTER_CONFIG_DIR: join(dir, 'config'),
    JUPYTER_DATA_DIR: join(dir, 'data'),
    JUPYTER_RUNTIME_DIR: join(dir, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(dir, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(dir, 'workspaces'),
    IPYTHONDIR: join(dir, 'ipython')
  };
  const expose = app === 'notebook' ? '--JupyterNotebookApp.expose_app_in_browser=True' : '--LabApp.expose_app_in_browser=True';
  const args = [app, '--no-browser', '--ip=127.0.0.1', `--port=${port}`, '--ServerApp.port_retries=0', '--IdentityProvider.token=', '--ServerApp.password=', '--allow-root', `--ServerApp.root_dir=${join(dir, 'work')}`, expose, '--LabApp.news_url=None'];
  const child = spawn(join(hosts, 'bin/jupyter'), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await lineMatching(child, [], /(Jupyter Server .* is running at|Use Control-C to stop this server)/);
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      await endProcess(child);
      rmSync(dir, { recursive: true, force: true });
    }
  };
}

function lineMatching(child: ChildProcess, lines: string[], pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((done, fail) => {
    let rest = '';
    const read = (text: string): void => {
      rest += text;
      const parts = rest.split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        const match = pattern.exec(line);
        if (match) done(match);
      }
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('exit', code => fail(new Error(`the process ended with exit code ${code} before it was ready:\n${lines.slice(-30).join('\n')}`)));
  });
}

export function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(done => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 8_000);
    child.once('exit', () => {
      clearTimeout(timer);
      done();
    });
    child.kill('SIGTERM');
  });
}

export function freePort(): Promise<number> {
  return new Promise(done => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => done(port));
    });
  });
}
