import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildChild } from '../../edge/child-process';
import type { BenchResult } from '../bench-result';
import { ekuiperSystem } from './ekuiper-system';
import { installPeers } from './install';
import { buildCommandLine, littoralSystem } from './littoral-system';
import { nodeRedSystem } from './node-red-system';
import { ROOT } from './root';
import type { System } from './system';
import { workerSystem } from './worker-system';

/** What every comparison needs: the systems, the reference first, and the bundled load process. */
export interface Field {
  readonly reference: System;
  readonly others: readonly System[];
  readonly littoral: System;
  readonly loadEntry: string;
  /** The systems that are not here, as results that say so. */
  readonly absent: readonly BenchResult[];
}

/** Builds and installs what is compared, hands it to `body`, and removes what it built. */
export async function withField<T>(body: (field: Field) => Promise<T>): Promise<T> {
  const outDir = join(ROOT, '.cache', `peers-${process.pid}`);
  mkdirSync(outDir, { recursive: true });
  const [loadEntry = '', workerEntry = ''] = await Promise.all(['test/bench/peers/load.child.ts', 'test/bench/peers/worker.child.ts'].map(buildChild));
  try {
    const troubles = await installPeers();
    const littoral = littoralSystem(await buildCommandLine(outDir));
    const reference = workerSystem(workerEntry);
    const peers = [nodeRedSystem, ekuiperSystem];
    const absent = peers.flatMap(({ name, missing }) => {
      const reason = missing();
      return reason === null ? [] : [notMeasured(name, `${reason}${troubles.has(name) ? ` (${troubles.get(name) ?? ''})` : ''}`)];
    });
    for (const { name } of absent) process.stdout.write(`  ${name}\n`);
    return await body({ reference, littoral, others: [littoral, ...peers.filter(peer => peer.missing() === null)], loadEntry, absent });
  } finally {
    for (const entry of [loadEntry, workerEntry]) rmSync(entry, { force: true });
    rmSync(outDir, { recursive: true, force: true });
  }
}

function notMeasured(name: string, reason: string): BenchResult {
  return { name: `${name}: not measured, ${reason}`, value: 0, unit: 'runs', reference: '', referenceValue: 0, ratio: 0, min: 0, max: 0, runs: 0 };
}
