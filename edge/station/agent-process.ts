import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The edge agent as a child process of the workbench, restarted when it dies. */
export interface AgentProcess {
  /** Address and token of its HTTP server, or null while it starts. */
  endpoint(): { readonly url: string; readonly token: string } | null;
  readonly trustFile: string;
  close(): Promise<void>;
}

const RESTART_MS = 1_000;
const STOP_MS = 4_000;

export function startAgentProcess(options: {
  readonly command: string;
  readonly dataDir: string;
  readonly lakeDir: string;
  readonly brokerUrl: string;
  readonly say: (line: string) => void;
}): AgentProcess {
  const agentDir = join(options.dataDir, 'agent');
  const trustFile = join(options.dataDir, 'trust.json');
  mkdirSync(agentDir, { recursive: true });
  if (!existsSync(trustFile)) writeFileSync(trustFile, `${JSON.stringify({ version: 1, threshold: 1, keys: [] }, null, 2)}\n`);
  const args = [options.command, 'run', '--data', agentDir, '--trust', trustFile, '--broker', options.brokerUrl, '--lake', options.lakeDir, '--http', '127.0.0.1:0', '--fleet', options.brokerUrl];
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | null = null;
  let closing = false;
  const start = (): void => {
    restart = null;
    child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => (words = (words + text).slice(-2_000)));
    child.on('exit', (code, signal) => {
      child = null;
      if (closing) return;
      options.say(`agent: stopped (${signal ?? `exit code ${code}`}); starting it again. ${words.trim().split('\n').at(-1) ?? ''}`);
      restart = setTimeout(start, RESTART_MS);
    });
  };
  start();
  return {
    trustFile,
    endpoint: () => readEndpoint(agentDir),
    close: async () => {
      closing = true;
      if (restart) clearTimeout(restart);
      const running = child;
      if (running === null) return;
      const ended = new Promise<void>(done => running.once('exit', () => done()));
      running.kill('SIGTERM');
      const timer = setTimeout(() => running.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
  };
}

function readEndpoint(agentDir: string): { url: string; token: string } | null {
  const httpFile = join(agentDir, 'http.json');
  const tokenFile = join(agentDir, 'admin.token');
  if (!existsSync(httpFile) || !existsSync(tokenFile)) return null;
  try {
    const { url } = JSON.parse(readFileSync(httpFile, 'utf8')) as { url: string };
    return { url, token: readFileSync(tokenFile, 'utf8').trim() };
  } catch (error) {
    if (error instanceof SyntaxError) return null; // being written just now
    throw error;
  }
}
