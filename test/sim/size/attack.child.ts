import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ATTACKS } from './attacks';

/** Carries out each attack twice, the first time unmeasured, so that code and caches are not taken for its memory; needs `--expose-gc`. Says each as a line of JSON before and after. */
export interface AttackReport {
  readonly name: string;
  readonly words: string;
  /** Memory still held when it was over. */
  readonly heldBytes: number;
  /** Longest time without a turn of the event loop, as processor time. */
  readonly stallMs: number;
}

/** Streams let their memory go some turns after they were destroyed. */
const TURNS_TO_CLOSE = 50;

const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

for (const attack of ATTACKS) {
  say({ starting: attack.name });
  const folder = mkdtempSync(join(tmpdir(), 'littoral-attack-'));
  const carryOut = attack.prepare(folder);
  await carryOut();
  const before = usedBytes();
  let stallMs = 0;
  let lastMs = cpuMs();
  let over = false;
  const watch = (): void => {
    stallMs = Math.max(stallMs, cpuMs() - lastMs);
    lastMs = cpuMs();
    if (!over) setImmediate(watch);
  };
  setImmediate(watch);
  await new Promise(done => setImmediate(done));
  const outcome = await carryOut();
  stallMs = Math.max(stallMs, cpuMs() - lastMs);
  over = true;
  for (let turn = 0; turn < TURNS_TO_CLOSE; turn++) await new Promise(done => setTimeout(done, 1));
  const heldBytes = usedBytes() - before;
  rmSync(folder, { recursive: true, force: true });
  say({ name: attack.name, words: outcome.words, heldBytes, stallMs: Math.round(stallMs), alive: outcome.alive !== undefined } satisfies AttackReport & { alive: boolean });
}
