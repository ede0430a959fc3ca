import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';

export const ROOT = resolve(import.meta.dirname, '..', '..', '..');
export const FIXTURES = join(import.meta.dirname, 'fixtures');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The command line as its users have it: bundled, as a child process, in a folder of its own. Build and folder are made
 * before the tests of the file and removed after them.
 */
export function littoralUnderTest(): { run(args: readonly string[], options?: { env?: Record<string, string> }): Promise<Ended>; path(name: string): string; readonly entry: string } {
  const outDir = join(ROOT, '.cache', `edge-test-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const entry = join(outDir, 'main.mjs');
  const workDir = mkdtempSync(join(tmpdir(), 'littoral-cli-'));
  beforeAll(async () => {
    const { buildEdge } = await import(join(ROOT, 'scripts', 'build-edge.mjs'));
    await buildEdge({ root: ROOT, outDir });
  });
  afterAll(() => {
    rmSync(outDir, { recursive: true, force: true });
    rmSync(workDir, { recursive: true, force: true });
  });
  return {
    entry,
    path: name => join(workDir, name),
    run: (args, options = {}) => runChild([entry, ...args], workDir, options.env ?? {})
  };
}

/** Runs Node on `args` and waits for its end. */
export function runChild(args: readonly string[], cwd: string, env: Record<string, string>): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, LITTORAL_DEBUG: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    child.on('close', code => done({ code, stdout, stderr }));
  });
}

/** Checks what holds for every ending: no stack trace, and with `--json` exactly one document, which is returned. */
export function documentOf(ended: Ended): Record<string, unknown> {
  expect(ended.stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
  const lines = ended.stdout.trimEnd().split('\n');
  expect(lines, `stdout: ${ended.stdout}\nstderr: ${ended.stderr}`).toHaveLength(1);
  const value: unknown = JSON.parse(lines[0] ?? '');
  expect(value).toBeTypeOf('object');
  return Object.fromEntries(Object.entries(value ?? {}));
}
