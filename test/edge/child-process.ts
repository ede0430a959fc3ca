import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/** Bundles a TypeScript entry (path from the root of the repository) for Node and gives the path of the result. */
export async function buildChild(entry: string): Promise<string> {
  const outdir = join(ROOT, '.cache', 'test-children');
  mkdirSync(outdir, { recursive: true });
  const outfile = join(outdir, `${entry.replace(/[^a-z0-9]+/gi, '-')}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['mqtt', '@photostructure/sqlite', 'onnxruntime-web', 'onnxruntime-web/*', 'esbuild'],
    banner: { js: "import { createRequire as littoralRequire } from 'node:module'; const require = littoralRequire(import.meta.url);" },
    logLevel: 'error'
  });
  return outfile;
}

export interface Child {
  readonly process: ChildProcess;
  /** Everything on stderr so far. */
  words(): string;
  /** Resolves with the first line on stdout that begins with `start`; rejects when the process ends before. */
  line(start: string): Promise<string>;
  /** The same for the line that is the `count`-th of that beginning. */
  lines(start: string, count: number): Promise<string>;
  /** Resolves with exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export interface ChildOptions {
  /** Command before Node's own, e.g. a tracer with its options. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export function startChild(file: string, args: readonly string[], options: ChildOptions = {}): Child {
  const [command = process.execPath, ...rest] = [...(options.under ?? []), process.execPath, file, ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
  let out = '';
  let words = '';
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const ended = new Promise<number | NodeJS.Signals | null>(done => child.once('exit', (code, signal) => done(signal ?? code)));
  const lines = (start: string, count: number): Promise<string> =>
    new Promise((done, fail) => {
      const look = (): void => {
        const found = out.split('\n').slice(0, -1).filter(line => line.startsWith(start))[count - 1];
        if (found !== undefined) done(found);
      };
      waiting.push(look);
      look();
      void ended.then(code => fail(new Error(`the process ended (${String(code)}) before it said "${start}": ${words}`)));
    });
  return { process: child, ended, words: () => words, lines, line: start => lines(start, 1) };
}
