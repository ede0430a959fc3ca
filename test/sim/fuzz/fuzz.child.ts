import { mkdirSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../oracle/random';
import { inputOf } from './input-of';
import { TARGETS } from './targets';

/**
 * Runs inputs `first` to `end` of a target: `<target> <seed> <first> <end> <careful>`. Every line on stdout is JSON: where it is,
 * what it found, and at the end its account. When `careful` it says so before each input.
 */
const [name = '', seedText = '', firstText = '', endText = '', careful = ''] = process.argv.slice(2);
const [seed, first, end] = [Number(seedText), Number(firstText), Number(endText)];
const SAY_EVERY_MS = 100;
const SLOW_MS = 1_000;

/** Processor time, so that a busy machine slows nothing down. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);
let index = first;
const fail = (error: unknown): never => {
  say({ finding: { index, words: error instanceof Error ? (error.stack ?? error.message) : String(error) } });
  process.exit(1);
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const make = TARGETS[name];
if (make === undefined) throw new Error(`fuzz: no target "${name}"`);
const folder = mkdtempSync(join(tmpdir(), 'littoral-fuzz-'));
mkdirSync(folder, { recursive: true });
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const target = await make(folder);
const outcomes: Record<string, number> = {};
let saidMs = 0;
let slowestMs = 0;
let residentBytes = 0;
say({ ready: true });
for (; index < end; index++) {
  const startedMs = performance.now();
  if (careful === 'careful' || startedMs - saidMs > SAY_EVERY_MS) {
    saidMs = startedMs;
    residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
    say({ at: index });
  }
  target.at?.(index);
  const startedCpuMs = cpuMs();
  const input = inputOf(target, new Random(seed ^ Math.imul(index + 1, 0x9e3779b1)));
  const taken = target.take(input);
  const outcome = typeof taken === 'string' ? taken : await taken;
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const tookMs = cpuMs() - startedCpuMs;
  slowestMs = Math.max(slowestMs, tookMs);
  if (tookMs > SLOW_MS) say({ slow: { index, tookMs: Math.round(tookMs) } });
}
await target.finish?.();
say({ account: { inputs: end - first, outcomes, slowestMs: Math.round(slowestMs), residentMegabytes: Math.round(residentBytes / 1e6) } });
process.exit(0);
