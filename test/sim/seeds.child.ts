import { loadSimulation, runCampaign } from './seed-campaign';

/** A share of the seeds in a process of its own: `<bundle> <first seed> <seeds> <milliseconds>`; says its result as one line of JSON. */
const [bundle = '', fromSeed = '1', seeds = '1', timeMs = '1000'] = process.argv.slice(2);
const simulation = await loadSimulation(bundle);
const result = await runCampaign(simulation, { fromSeed: Number(fromSeed), seeds: Number(seeds), againEvery: 100, untilMs: performance.now() + Number(timeMs) });
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
