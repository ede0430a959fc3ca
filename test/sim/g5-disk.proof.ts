import { Random } from '../oracle/random';
import { runDiskCase } from './faults/disk-case';
import { TROUBLES, type TroubleKind } from './faults/disk-troubles';
import { buildInjector } from './faults/fault-page';
import { buildLittoral } from './faults/littoral-process';
import { canMount } from './faults/small-disk';
import type { Proof, ProofOptions, ProofResult } from './proof';

const CASES_FULL = 200;
const SEED_STEP = 7_919;

/** Failing disks, jumping clocks, deleted files. */
export const proof: Proof = {
  id: 'G5',
  title: 'disks that fail, clocks that jump, files that go',
  passLine: '200 cases of disk full, EIO, read-only file system, clock ±1 h, torn log, deleted files: no acknowledgement after a failure, no falling back to memory, exit with an error or back-pressure, recovery without deleting anything by hand, output equal to a batch run.',
  async run(options: ProofOptions): Promise<ProofResult> {
    const injector = buildInjector();
    const library = 'file' in injector ? injector.file : null;
    const limits = ['Cutting the power itself is not tried; torn logs are made by hand behind the last commit.', 'A store that was deleted as a whole cannot give back what it held: there only recovery is asked for.'];
    const kinds = possible(options.scale, 'missing' in injector ? injector.missing : null, limits);
    const cases = options.scale === 'full' ? CASES_FULL : kinds.length;
    const build = await buildLittoral();
    const figures: Record<string, number> = { cases: 0, passed: 0, messages: 0 };
    const findings: string[] = [];
    try {
      for (let index = 0; index < cases; index++) {
        const kind = kinds[index % kinds.length];
        if (kind === undefined) break;
        const seed = options.seed + index * SEED_STEP;
        const { findings: found, messages } = await runDiskCase({ build, injector: library }, kind, new Random(seed)).catch((error: unknown) => ({ findings: [String(error)], messages: 0 }));
        figures['cases'] = index + 1;
        figures['messages'] = (figures['messages'] ?? 0) + messages;
        figures[kind.name] = (figures[kind.name] ?? 0) + (found.length === 0 ? 1 : 0);
        if (found.length === 0) figures['passed'] = (figures['passed'] ?? 0) + 1;
        findings.push(...found.map(finding => `case ${index} (${kind.name}, seed ${seed}): ${finding}`));
        options.log(`case ${index + 1} ${kind.name}: ${found.length === 0 ? 'passed' : found.join('; ')}`);
      }
      return { ok: findings.length === 0, figures, findings, limits };
    } finally {
      build.remove();
    }
  }
};

/** The kinds that can be run here; the others are named in `limits`. */
function possible(scale: ProofOptions['scale'], noInjection: string | null, limits: string[]): readonly TroubleKind[] {
  const wanted = TROUBLES.filter(kind => scale === 'full' || kind.small === true);
  const noMount = wanted.some(kind => kind.mountBytes !== undefined) && !canMount() ? 'this user may not mount a file system' : null;
  const reasonOf = (kind: TroubleKind): string | null => (kind.injected ? noInjection : kind.mountBytes === undefined ? null : noMount);
  for (const kind of wanted) {
    const reason = reasonOf(kind);
    if (reason !== null) limits.push(`"${kind.name}" was not run: ${reason}.`);
  }
  return wanted.filter(kind => reasonOf(kind) === null);
}
