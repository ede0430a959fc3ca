import { spawn, type ChildProcess } from 'node:child_process';
import type { Subject } from './system';

const END_TIMEOUT_MS = 15_000;
const WORDS_MAX = 4_000;

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves when the system takes messages; `words` is what it said so far. */
  readonly ready: (words: () => string) => Promise<void>;
}

/** A system that is one process, started again with the same command line. */
export async function startRestartable(launch: Launch): Promise<Subject> {
  let words = '';
  const start = (): ChildProcess => {
    words = '';
    const child = spawn(launch.command, launch.args, { cwd: launch.cwd, env: { ...process.env, ...launch.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const hear = (bytes: Buffer): void => void (words = (words + String(bytes)).slice(-WORDS_MAX));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    return child;
  };
  let child = start();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(done => child.once('exit', done));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  };
  const subject: Subject = {
    get pid() {
      return child.pid ?? 0;
    },
    killAndRestart: async () => {
      await end('SIGKILL');
      child = start();
    },
    ready: () => becomesReady(),
    restart: async () => {
      await end('SIGTERM');
      child = start();
      await becomesReady();
    },
    stop: () => end('SIGTERM')
  };
  const becomesReady = async (): Promise<void> => {
    const ended = new Promise<never>((_done, fail) => child.once('exit', code => fail(new Error(`"${launch.command} ${launch.args.join(' ')}" ended with ${String(code)}: ${words}`))));
    ended.catch(() => undefined);
    await Promise.race([launch.ready(() => words), ended]);
  };
  await becomesReady();
  return subject;
}

/** Looks every 20 ms until `holds`; the system's own end rejects before. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(done => setTimeout(done, 20));
}
