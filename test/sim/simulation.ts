import { createRequire } from 'node:module';
import type { RawDb } from '../../edge/store/driver';
import { Killed, scenarioOf, simulate, type Outcome } from './world/simulate';
import { plant } from './world/planted';
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

export interface RunOptions {
  /** Number of a planted bug, from 1; default none. */
  readonly bug?: number;
  /** Runs in place of the one that follows from the seed. */
  readonly scenario?: Scenario;
  /** Hears the faults and what the agent says. */
  readonly tell?: (line: string) => void;
}

/** Runs one seed. */
export async function runSeed(seed: number, { bug = 0, scenario = scenarioOf(seed), tell = () => undefined }: RunOptions = {}): Promise<Outcome> {
  stray = [];
  plant(bug);
  const outcome = await simulate(scenario, () => new DatabaseSync(':memory:'), tell);
  return stray.length === 0 ? outcome : { ...outcome, findings: [...outcome.findings, ...stray.map(words => `nobody caught: ${words}`)] };
}

export { scenarioOf, type Outcome, type Scenario };
