import { pathToFileURL } from 'node:url';
import type { PlantedBug } from './planted-bugs';
import { shrinkFaults } from './shrink';
import type { Outcome, runSeed, scenarioOf } from './simulation';

/** The bundle of `buildSimulation`. */
export interface Simulation {
  readonly runSeed: typeof runSeed;
  readonly scenarioOf: typeof scenarioOf;
}

export async function loadSimulation(file: string): Promise<Simulation> {
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Simulation;
}

export interface CampaignResult {
  readonly seeds: number;
  readonly findings: readonly string[];
  readonly messages: number;
  readonly effects: number;
  readonly kills: number;
  readonly events: number;
  /** Hash over the traces of all seeds, in order. */
  readonly trace: number;
}

export interface CampaignOptions {
  readonly fromSeed: number;
  readonly seeds: number;
  /** Every how many of them is run a second time and must leave the same trace; 0: none. */
  readonly againEvery: number;
  /** No further seed is begun after this moment of `performance.now()`. */
  readonly untilMs: number;
  readonly onSeed?: (done: number) => void;
}

const FINDINGS_MAX = 5;

/** Runs one seed after the other; what is found is said with the seed and the fewest faults that show it. */
export async function runCampaign(simulation: Simulation, options: CampaignOptions): Promise<CampaignResult> {
  const findings: string[] = [];
  const sums = { messages: 0, effects: 0, kills: 0, events: 0 };
  let trace = 0;
  let seeds = 0;
  for (; seeds < options.seeds && findings.length < FINDINGS_MAX && performance.now() < options.untilMs; seeds++) {
    const seed = options.fromSeed + seeds;
    const outcome = await simulation.runSeed(seed);
    if (outcome.findings.length > 0) findings.push(await explain(simulation, seed, outcome));
    else if (options.againEvery > 0 && seeds % options.againEvery === 0) {
      const again = await simulation.runSeed(seed);
      if (again.trace !== outcome.trace) findings.push(`seed ${seed}: the second run left trace ${again.trace}, the first ${outcome.trace}`);
    }
    sums.messages += outcome.figures.messages;
    sums.effects += outcome.figures.effects;
    sums.kills += outcome.figures.kills;
    sums.events += outcome.figures.events;
    trace = (Math.imul(trace, 31) + Number.parseInt(outcome.trace.slice(0, 8), 16)) | 0;
    options.onSeed?.(seeds + 1);
  }
  return { seeds, findings, ...sums, trace };
}

async function explain(simulation: Simulation, seed: number, outcome: Outcome): Promise<string> {
  const smallest = await shrinkFaults(simulation.scenarioOf(seed), async scenario => (await simulation.runSeed(seed, { scenario })).findings.length > 0);
  return `seed ${seed}: ${outcome.findings[0] ?? ''}; fewest faults: ${JSON.stringify(smallest.faults)}`;
}

/** The first seed that shows `bug`, and how many were tried; null: none of them. */
export async function findBug(simulation: Simulation, number: number, bug: PlantedBug, seeds: Iterable<number>): Promise<{ readonly seed: number | null; readonly tried: number }> {
  let tried = 0;
  for (const seed of seeds) {
    tried++;
    const { findings } = await simulation.runSeed(seed, { bug: number });
    if (findings.length > 0) return { seed, tried };
  }
  return { seed: null, tried };
}
