import { createRequire } from 'node:module';
import type { RawDb } from '../../edge/store/driver';
import { Killed, scenarioOf, simulate, type Outcome } from './world/simulate';
import type { Scenario } from './world/scenario';

interface Driver {
  readonly DatabaseSync: new (path: string) => RawDb;
}

const load = createRequire(import.meta.url);

function driver(): Driver {
  try {
    return load('node:sqlite') as Driver;
  } catch {
    return load('@photostructure/sqlite') as Driver;
  }
}

const { DatabaseSync } = driver();

/** What only shows as a promise that nobody waited for. */
let stray: string[] = [];
process.on('unhandledRejection', error => {
  if (!(error instanceof Killed)) stray.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
});

/** Runs one seed, or the scenario in its place. */
export async function runSeed(seed: number, scenario: Scenario = scenarioOf(seed)): Promise<Outcome> {
  stray = [];
  const outcome = await simulate(seed, () => new DatabaseSync(':memory:'), scenario);
  return stray.length === 0 ? outcome : { ...outcome, findings: [...outcome.findings, ...stray.map(words => `nobody caught: ${words}`)] };
}

export { scenarioOf, type Outcome, type Scenario };
