import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the image holds beside Node itself. */
export const IMAGE_MB_MAX = 60;

export interface ImageContents {
  readonly megabytes: number;
  readonly findings: readonly string[];
}

/**
 * Does what the first stage of the rendered Dockerfile does, in a folder: packs the agent, installs it with its packages, runs
 * the commands that prune it. Then a pipeline with a model is replayed by what is left.
 */
export async function imageContents(root: string, dockerfile: string): Promise<ImageContents> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-image-'));
  const npm = (...args: readonly string[]): string => execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 600_000 });
  try {
    const [packed] = JSON.parse(npm('pack', '--ignore-scripts', '--json', '--pack-destination', folder)) as readonly { readonly filename: string }[];
    npm('install', '--global', '--prefix', folder, '--omit=dev', '--no-audit', '--no-fund', join(folder, packed?.filename ?? ''));
    const agent = join(folder, 'lib', 'node_modules', 'littoral');
    const { buildEdge } = (await import(join(root, 'scripts', 'build-edge.mjs'))) as { buildEdge(options: { root: string; outDir: string }): Promise<void> };
    await buildEdge({ root, outDir: join(agent, 'lib', 'edge') });
    for (const command of pruningOf(readFileSync(dockerfile, 'utf8'))) execFileSync('sh', ['-euc', command], { cwd: agent, stdio: 'pipe' });
    const report = replayed(join(folder, 'bin', 'littoral'), root, folder);
    const megabytes = Math.round(bytesIn(agent) / 1e5) / 10;
    const findings: string[] = [];
    if (report.rowsOut?.['vibration'] === undefined || report.rowsOut['vibration'] < 5 || Object.keys(report.deadLetters ?? {}).length > 0) findings.push(`Image contents: a pipeline with a model gives ${JSON.stringify(report)}, expected rows and no dead letters.`);
    if (megabytes > IMAGE_MB_MAX) findings.push(`Image contents: ${megabytes} MB, expected at most ${IMAGE_MB_MAX}.`);
    return { megabytes, findings };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The commands between the agent's folder and the end of the first stage. */
function pruningOf(dockerfile: string): readonly string[] {
  const stage = dockerfile.slice(dockerfile.indexOf('\nWORKDIR '), dockerfile.indexOf('\nFROM ', dockerfile.indexOf('\nWORKDIR ')));
  return [...stage.replace(/\\\n/g, ' ').matchAll(/^RUN (.*)$/gm)].map(match => match[1] ?? '');
}

interface Report {
  readonly rowsOut?: Readonly<Record<string, number>>;
  readonly deadLetters?: Readonly<Record<string, number>>;
}

function replayed(littoral: string, root: string, folder: string): Report {
  mkdirSync(join(folder, 'work'));
  const recording = join(folder, 'work', 'signal.recording.ndjson');
  const lines = Array.from({ length: 40 }, (_, seq) => {
    const tMs = 1_700_000_000_000 + seq * 250;
    return JSON.stringify({ arrivalTimeMs: tMs, topic: 'plant/b1/vibration', payload: { device: 'b1', tMs, seq, x: Array.from({ length: 250 }, (_unused, at) => Math.sin(at / 7 + seq)) } });
  });
  writeFileSync(recording, `${lines.join('\n')}\n`);
  return JSON.parse(execFileSync(process.execPath, [littoral, 'replay', join(root, 'notebooks', 'bearing-watch.pipeline.ts'), '--input', recording, '--json'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })) as Report;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => (entry.isFile() ? sum + statSync(join(entry.parentPath, entry.name)).size : sum), 0);
}
