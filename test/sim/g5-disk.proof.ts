import { Random } from '../oracle/random';
import { runDiskCase } from './faults/disk-case';
import { TROUBLES } from './faults/disk-troubles';
import { buildInjector } from './faults/fault-page';
import { buildLittoral } from './faults/littoral-process';
import type { Proof, ProofOptions, ProofResult } from './proof';

const CASES = { full: 200, small: TROUBLES.length } as const;
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
    if ('missing' in injector) limits.push(`Not run because ${injector.missing}: ${TROUBLES.filter(kind => kind.injected).map(kind => kind.name).join(', ')}.`);
    const kinds = TROUBLES.filter(kind => library !== null || !kind.injected);
    const build = await buildLittoral();
    const figures: Record<string, number> = { cases: 0, passed: 0, messages: 0 };
    const findings: string[] = [];
    try {
      for (let index = 0; index < CASES[options.scale]; index++) {
        const kind = kinds[index % kinds.length];
        if (kind === undefined) break;
        const seed = options.seed + index * SEED_STEP;
        const { findings: found, messages } = await runDiskCase({ build, injector: library }, kind.trouble, new Random(seed)).catch((error: unknown) => ({ findings: [String(error)], messages: 0 }));
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
