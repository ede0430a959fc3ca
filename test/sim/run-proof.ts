import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Proof, ProofOptions, ProofResult } from './proof';

/** What one run of a proof left: its result, and what is needed to judge and repeat it. */
export interface ProofRun extends ProofResult {
  readonly id: string;
  readonly title: string;
  readonly passLine: string;
  readonly scale: ProofOptions['scale'];
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  /** Commit of the sources, with `+` when files had been changed since. */
  readonly commit: string;
}

/** Runs `proof`; one that throws is a finding. */
export async function runProof(proof: Proof, options: ProofOptions, root: string): Promise<ProofRun> {
  const startedAt = new Date();
  const commit = commitOf(root);
  const result = await proof.run(options).catch((error: unknown): ProofResult => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ok: false, figures: {}, findings: [`The proof ended with an error: ${words}`], limits: [] };
  });
  const { id, title, passLine } = proof;
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 100) / 10;
  return { id, title, passLine, scale: options.scale, seed: options.seed, startedAt: startedAt.toISOString(), seconds, commit, ...result, ok: result.ok && result.findings.length === 0 };
}

/** Keeps a run in `folder`, so that a later report can be put together from it. */
export function keepRun(folder: string, run: ProofRun): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${run.id}.json`);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(run, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
}

/** The runs that `folder` keeps, by id. */
export function keptRuns(folder: string): ReadonlyMap<string, ProofRun> {
  const names = readdirSync(folder).filter(name => /^G\d+\.json$/.test(name));
  const runs = names.map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProofRun);
  return new Map(runs.map(run => [run.id, run]));
}

function commitOf(root: string): string {
  const git = (...args: readonly string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return 'no repository';
  }
}
