import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { buildSimulation } from './build';
import { PLANTED_BUGS } from './planted-bugs';
import type { Proof, ProofOptions, ProofResult } from './proof';
import { findBug, loadSimulation, runCampaign, type CampaignResult, type Simulation } from './seed-campaign';
import { newerNode } from './tamper/newer-node';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, '.cache', 'simulation');
const SMALL_SEEDS = 100;
const FULL_SEEDS = 100_000;
const FULL_TIME_MS = 20 * 60_000;
const WORKERS = 2;
const BUG_SEEDS_MAX = 2_000;
/** A change of the agent shifts what happens in a seed, so that one which showed a bug may no longer do. */
const SMALL_BUG_SEEDS_MAX = 400;
const COMPARED_SEEDS = 200;
const run = promisify(execFile);

type Figures = Record<string, number | string>;

/** G4: the agent in a simulated world, against the oracles of the simulation and against bugs that are planted in it. */
export const proof: Proof = {
  id: 'G4',
  title: 'Deterministic simulation with planted bugs',
  passLine: `${FULL_SEEDS.toLocaleString('en')} seeds without a finding of the oracles; ${PLANTED_BUGS.length} planted bugs, each found within ${BUG_SEEDS_MAX.toLocaleString('en')} seeds; the same seed leaves the same trace in Node 20 and 22.`,
  run: options => (options.scale === 'small' ? runSmall(options) : runFull(options))
};

async function bundle(): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, 'simulation.mjs');
  await buildSimulation(file, PLANTED_BUGS);
  return file;
}

async function runSmall({ seed, log }: ProofOptions): Promise<ProofResult> {
  const simulation = await loadSimulation(await bundle());
  const startedMs = performance.now();
  const sound = await runCampaign(simulation, { fromSeed: seed, seeds: SMALL_SEEDS, againEvery: 10, untilMs: Infinity, onSeed: done => void (done % 50 === 0 && log(`${done} seeds`)) });
  const rate = sound.seeds / ((performance.now() - startedMs) / 1_000);
  const bugs = await findBugs({ simulation, log, seedsOf: known => [...known, ...firstSeeds(SMALL_BUG_SEEDS_MAX)], sound: new Set(Array.from({ length: sound.seeds }, (_none, index) => seed + index)) });
  return { ok: sound.findings.length + bugs.findings.length === 0, figures: { ...figuresOf(sound, rate), ...bugs.figures }, findings: [...sound.findings, ...bugs.findings], limits: LIMITS };
}

async function runFull({ seed, log }: ProofOptions): Promise<ProofResult> {
  const file = await bundle();
  const simulation = await loadSimulation(file);
  const child = await buildWorker();
  const bugs = await findBugs({ simulation, log, seedsOf: () => firstSeeds(BUG_SEEDS_MAX), sound: new Set() });
  log(`planted bugs: ${bugs.figures['bugsFound'] ?? 0} of ${PLANTED_BUGS.length} found`);
  const share = Math.ceil(FULL_SEEDS / WORKERS);
  const startedMs = performance.now();
  const shares = await Promise.all(Array.from({ length: WORKERS }, (_none, index) => runShare(process.execPath, [child, file, String(seed + index * share), String(share), String(FULL_TIME_MS)])));
  const sum = shares.reduce((a, b) => ({ ...b, seeds: a.seeds + b.seeds, findings: [...a.findings, ...b.findings], messages: a.messages + b.messages, effects: a.effects + b.effects, kills: a.kills + b.kills, events: a.events + b.events }));
  const rate = sum.seeds / ((performance.now() - startedMs) / 1_000);
  const here = await runShare(process.execPath, [child, file, String(seed), String(COMPARED_SEEDS), String(FULL_TIME_MS)]);
  const newer = newerNode(ROOT, true);
  const there = newer === null ? null : await runShare(newer, [child, file, String(seed), String(COMPARED_SEEDS), String(FULL_TIME_MS)]);
  const findings = [...sum.findings, ...bugs.findings];
  if (there !== null && there.trace !== here.trace) findings.push(`${COMPARED_SEEDS} seeds leave trace ${there.trace} in a newer Node, ${here.trace} in Node ${process.versions.node}`);
  const limits = [...LIMITS];
  if (there === null) limits.push(`A newer Node could not be fetched, so traces were compared in Node ${process.versions.node} alone.`);
  if (sum.seeds < FULL_SEEDS && sum.findings.length === 0) limits.push(`${sum.seeds.toLocaleString('en')} of ${FULL_SEEDS.toLocaleString('en')} seeds ran in ${FULL_TIME_MS / 60_000} minutes.`);
  return { ok: findings.length === 0, figures: { ...figuresOf(sum, rate), ...bugs.figures, seedsComparedInTwoVersions: there === null ? 0 : COMPARED_SEEDS }, findings, limits };
}

const LIMITS: readonly string[] = [
  'The trace is compared between versions of Node, not with Chromium: what runs is the agent, and browsers have none.',
  'Messages carry a number, so no two are alike: equal messages under a reused packet id cannot be told from a repetition.',
  'A broker without persistence may lose what it has not handed over; nothing else may.'
];

function figuresOf(result: CampaignResult, rate: number): Figures {
  const { seeds, messages, effects, kills, events } = result;
  return { seeds, seedsPerSecond: Math.round(rate * 10) / 10, messages, effects, kills, events };
}

function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_none, index) => index + 1);
}

interface BugHunt {
  readonly simulation: Simulation;
  readonly log: (line: string) => void;
  readonly seedsOf: (known: readonly number[]) => Iterable<number>;
  /** Seeds that are known to show nothing without a bug. */
  readonly sound: ReadonlySet<number>;
}

async function findBugs({ simulation, log, seedsOf, sound }: BugHunt): Promise<{ readonly figures: Figures; readonly findings: readonly string[] }> {
  const findings: string[] = [];
  let found = 0;
  let triedMost = 0;
  for (const [index, bug] of PLANTED_BUGS.entries()) {
    const { seed, tried } = await findBug(simulation, index + 1, bug, seedsOf(bug.seeds));
    if (seed === null) findings.push(`planted bug "${bug.name}" is not found in ${tried} seeds`);
    else if (!sound.has(seed) && (await simulation.runSeed(seed)).findings.length > 0) findings.push(`seed ${seed} has findings without "${bug.name}" as well`);
    else found++;
    triedMost = Math.max(triedMost, tried);
    log(`planted: ${bug.name}: ${seed === null ? 'not found' : `seed ${seed}`}`);
  }
  return { figures: { bugsPlanted: PLANTED_BUGS.length, bugsFound: found, seedsForTheMostHidden: triedMost }, findings };
}

async function buildWorker(): Promise<string> {
  const outfile = join(FOLDER, 'seeds.mjs');
  await build({ entryPoints: [join(ROOT, 'test/sim/seeds.child.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' });
  return outfile;
}

async function runShare(node: string, args: readonly string[]): Promise<CampaignResult> {
  const { stdout } = await run(node, ['--no-warnings', ...args], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as CampaignResult;
}
