import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../edge/child-process';
import { startMosquitto } from '../../edge/mosquitto';
import { buildLittoral } from '../faults/littoral-process';

const FIXTURES = join(import.meta.dirname, '..', '..', 'edge', 'cli', 'fixtures');
const CREDENTIALS = { agent: 'p:ss word' };

export interface RenderedRuns {
  /** Kinds of files whose command line was run. */
  readonly run: readonly string[];
  readonly findings: readonly string[];
}

/**
 * Bundles a pipeline on the command line, extracts it with `littoral verify`, and runs the commands of its Dockerfile and its
 * systemd unit, with folders of this machine in place of theirs, at a broker that asks for a password: each must become ready,
 * tell a caller from elsewhere its health, and end with 0.
 */
export async function runAsRendered(): Promise<RenderedRuns> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-rendered-'));
  const [build, broker] = await Promise.all([buildLittoral(), startMosquitto({ users: CREDENTIALS })]);
  const littoral = (...args: readonly string[]): string => execFileSync(process.execPath, [build.entry, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const secrets = join(folder, 'secrets');
  const findings: string[] = [];
  try {
    littoral('keygen', '--key', 'site.key', '--trust', 'trust.json');
    littoral('bundle', join(FIXTURES, 'pumps.pipeline.ts'), '--evidence', join(FIXTURES, 'pumps.recording.ndjson'), '--key', 'site.key', '-o', 'pumps.zip');
    littoral('verify', 'pumps.zip', '--trust', 'trust.json', '--extract', 'out');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'broker'), `${Object.entries(CREDENTIALS)[0]?.join(':') ?? ''}\n`, { mode: 0o600 });
    const deploy = join(folder, 'out', 'deploy');
    for (const [kind, words] of Object.entries({ Dockerfile: dockerCommand(join(deploy, 'Dockerfile')), 'littoral.service': unitCommand(join(deploy, 'littoral.service')) })) {
      const here = { deploy, secrets, data: join(folder, `data-${kind}`), broker: broker.url };
      const problem = await runOnce(build.entry, words.map(word => moved(word, here)), secrets, here.data);
      if (problem !== null) findings.push(`${kind}: its command, run here, ${problem}`);
    }
    return { run: ['Dockerfile', 'littoral.service'], findings };
  } finally {
    await broker.stop();
    build.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Entry point and command of an image, without the program. */
function dockerCommand(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  const list = (instruction: string): string[] => JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(text)?.[1] ?? '[]') as string[];
  return [...list('ENTRYPOINT').slice(1), ...list('CMD')];
}

/** What systemd makes of ExecStart, whose words hold no blanks, without `env littoral`. */
function unitCommand(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  const variables = Object.fromEntries((/^Environment=(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(pair => pair.split('=', 2)) as [string, string][]);
  const line = (/^ExecStart=(.*)$/m.exec(text)?.[1] ?? '').replace(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? '');
  return line.split(' ').slice(2);
}

/** A word of a command line with the folders, the broker and a free port of this machine. */
function moved(word: string, here: { readonly deploy: string; readonly secrets: string; readonly data: string; readonly broker: string }): string {
  const places: readonly (readonly [RegExp, string])[] = [
    [/^\/etc\/pumps\/trust\.json$/, `${here.deploy}/trust/trust.json`],
    [/^\/etc\/(?:littoral|pumps)\//, `${here.deploy}/`],
    [/\/run\/secrets\/littoral(?=\/)/, here.secrets],
    [/^\/var\/lib\/(?:littoral|pumps)/, here.data],
    [/^mqtt:\/\/broker:1883$/, here.broker],
    [/:9464$/, ':0']
  ];
  return places.reduce((text, [from, to]) => text.replace(from, to), word);
}

/** Starts the agent and waits until it is ready; what is wrong, or null. */
async function runOnce(entry: string, args: readonly string[], credentials: string, dataDir: string): Promise<string | null> {
  const child = startChild(entry, args, { env: { CREDENTIALS_DIRECTORY: credentials } });
  let ended: string | null = null;
  void child.ended.then(code => (ended = String(code)));
  const answered = async (path: string): Promise<boolean> => {
    try {
      const { port } = JSON.parse(readFileSync(join(dataDir, 'http.json'), 'utf8')) as { readonly port: number };
      return (await fetch(`http://127.0.0.1:${port}${path}`)).ok;
    } catch {
      return false;
    }
  };
  while (ended === null && !(await answered('/readyz'))) await new Promise(done => setTimeout(done, 50));
  if (ended !== null) return `ended with ${String(ended)} before it was ready: ${child.words().trim()}`;
  const healthy = (await answered('/healthz')) && (await answered('/metrics'));
  child.process.kill('SIGTERM');
  const code = await child.ended;
  if (!healthy) return 'does not answer /healthz and /metrics';
  return code === 0 ? null : `ended with ${String(code)} after SIGTERM, expected 0`;
}
