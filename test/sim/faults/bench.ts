import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBundle, makeSigning, valueLine } from '../../edge/bundles';
import type { LittoralOptions } from './littoral-process';
import type { FaultPlan } from './plans';

/** Event time of the first message. */
export const T0 = Date.UTC(2026, 0, 1);

/** A folder with everything that an agent needs to run a plan. */
export interface Bench {
  readonly folder: string;
  readonly lakeDir: string;
  readonly dataDir: string;
  readonly storeFile: string;
  /** Arguments of an agent on `brokerUrl`. */
  agent(brokerUrl: string): LittoralOptions;
  remove(): void;
}

export async function makeBench({ plan, models }: FaultPlan): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-faults-'));
  const signing = makeSigning(join(folder, 'trust.json'));
  const bundleFile = join(folder, `${plan.name}-1.littoral.zip`);
  writeFileSync(bundleFile, await makeBundle({ plan, models, signing, release: 1, recording: [valueLine('a', T0, 1), valueLine('a', T0 + 1_500, 3)] }));
  const dataDir = join(folder, 'data');
  const lakeDir = join(folder, 'lake');
  return {
    folder,
    lakeDir,
    dataDir,
    storeFile: join(dataDir, 'agent.db'),
    agent: brokerUrl => ({ dataDir, lakeDir, trustFile: signing.trustFile, brokerUrl, bundleFile }),
    remove: () => rmSync(folder, { recursive: true, force: true })
  };
}
