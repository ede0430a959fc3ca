import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Programs that read deployment files and rules as plants do; null: not on this machine. */
export interface Tools {
  /** Prometheus' own, of 3.7. */
  readonly promtool: string | null;
  /** BuildKit's, Compose's and Kubernetes' readers in one program (`validators/main.go`). */
  readonly validators: string | null;
  readonly systemdAnalyze: string | null;
  /** Which are missing, and why. */
  readonly limits: readonly string[];
}

const SOURCES = join('test', 'sim', 'operations', 'validators');
const BUILD_MS_MAX = 45 * 60_000;

/** Finds the tools. Those that are Go programs are used when `withGo` says so, and built into the cache once; it takes minutes and 2 GB. */
export async function findTools(root: string, withGo: boolean, log: (line: string) => void): Promise<Tools> {
  const folder = join(root, '.cache', 'prove', 'validators');
  const built = (name: string): string | null => (withGo && existsSync(join(folder, name)) ? join(folder, name) : null);
  const limits: string[] = [];
  if (withGo && (built('promtool') === null || built('validators') === null)) {
    const problem = await buildTools(join(root, SOURCES), folder, log);
    if (problem !== null) limits.push(problem);
  }
  const tools = { promtool: built('promtool'), validators: built('validators'), systemdAnalyze: onPath('systemd-analyze') };
  const missing = Object.entries(tools).filter(([, path]) => path === null).map(([name]) => name);
  if (missing.length > 0) limits.push(`Not checked, because the tool is not here: ${missing.join(', ')}.${withGo ? '' : ' Go programs are asked at full scale alone.'}`);
  return { ...tools, limits };
}

async function buildTools(sources: string, folder: string, log: (line: string) => void): Promise<string | null> {
  const go = onPath('go') ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : null);
  if (go === null) return 'promtool and the readers of Dockerfile, Compose and Kubernetes are Go programs, and Go is not installed.';
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(sources)) copyFileSync(join(sources, name), join(folder, name));
  for (const [name, path] of [['promtool', 'github.com/prometheus/prometheus/cmd/promtool'], ['validators', '.']] as const) {
    log(`building ${name}`);
    const { code, words } = await run(go, ['build', '-mod=mod', '-o', name, path], folder);
    if (code !== 0) return `${name} could not be built: ${words.trim().split('\n').at(-1) ?? ''}`;
  }
  return null;
}

function run(program: string, args: readonly string[], cwd: string): Promise<{ readonly code: number | null; readonly words: string }> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: BUILD_MS_MAX });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
    child.on('error', fail);
    child.on('close', code => done({ code, words }));
  });
}

function onPath(program: string): string | null {
  const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
  return found === '' ? null : found;
}

/** What `program` complains about; empty when it is content. */
export function complaintsOf(program: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  if (error !== undefined) return error.message;
  return status === 0 ? '' : `${stdout}${stderr}`.trim().slice(0, 2_000) || `exit code ${String(status)}`;
}

/** Exposure of a systemd unit, 0 (none) to 10, as systemd rates it. */
export function exposureOf(systemdAnalyze: string, unit: string): number {
  const text = execFileSync(systemdAnalyze, ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
  return Number(/exposure level for .*: ([\d.]+)/.exec(text)?.[1] ?? 'NaN');
}
