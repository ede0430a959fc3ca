import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Without any progress; shorter stretches over a second of processor time are told by the child. */
const HANG_MS = 10_000;
const START_MS = 60_000;
const HEAP_MEGABYTES = 256;
const FINDINGS_MAX = 20;
const NARROWED_INPUTS_MAX = 200_000;

export interface FuzzJob {
  /** Bundled `fuzz.child.ts`. */
  readonly entry: string;
  readonly target: string;
  readonly seed: number;
  readonly count: number;
}

export interface FuzzFinding {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly kind: 'error' | 'hang' | 'death' | 'slow';
  readonly words: string;
}

export interface FuzzFigures {
  readonly inputs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly residentMegabytes: number;
  readonly seconds: number;
  readonly findings: readonly FuzzFinding[];
}

interface Account {
  readonly inputs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly residentMegabytes: number;
}
type Line = { readonly ready: true } | { readonly at: number } | { readonly finding: { readonly index: number; readonly words: string } } | { readonly slow: { readonly index: number; readonly tookMs: number } } | { readonly account: Account };

interface Leg {
  readonly lastIndex: number;
  readonly account: Account | null;
  readonly slow: readonly FuzzFinding[];
  readonly finding: FuzzFinding | null;
}

/** Runs a target in a child with a small heap; a hang or a death is narrowed down to its input, and the rest goes on. */
export async function runFuzz(job: FuzzJob): Promise<FuzzFigures> {
  const startedMs = performance.now();
  const findings: FuzzFinding[] = [];
  const outcomes: Record<string, number> = {};
  let [inputs, slowestMs, residentMegabytes] = [0, 0, 0];
  let first = 0;
  while (first < job.count && findings.length < FINDINGS_MAX) {
    let leg = await runLeg(job, first, job.count, false);
    if (leg.finding !== null && leg.finding.kind !== 'error') leg = await narrowed(job, leg);
    findings.push(...leg.slow, ...(leg.finding === null ? [] : [leg.finding]));
    inputs += leg.lastIndex + 1 - first;
    first = leg.lastIndex + 1;
    if (leg.account !== null) {
      slowestMs = Math.max(slowestMs, leg.account.slowestMs);
      residentMegabytes = Math.max(residentMegabytes, leg.account.residentMegabytes);
      for (const [outcome, count] of Object.entries(leg.account.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    }
  }
  return { inputs, outcomes, slowestMs, residentMegabytes, seconds: (performance.now() - startedMs) / 1_000, findings };
}

/** The same stretch again, said input by input, so that the one that hangs or kills is known. */
async function narrowed(job: FuzzJob, rough: Leg): Promise<Leg> {
  const leg = await runLeg(job, rough.lastIndex, Math.min(job.count, rough.lastIndex + NARROWED_INPUTS_MAX), true);
  return leg.finding === null && rough.finding !== null ? { ...leg, finding: { ...rough.finding, words: `${rough.finding.words}; not again when repeated from there` } } : leg;
}

function runLeg({ entry, target, seed }: FuzzJob, first: number, end: number, careful: boolean): Promise<Leg> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, entry, target, String(seed), String(first), String(end), careful ? 'careful' : ''], { stdio: ['ignore', 'pipe', 'pipe'] });
  let lastIndex = first;
  let account: Account | null = null;
  let finding: FuzzFinding | null = null;
  let words = '';
  let ready = false;
  const slow: FuzzFinding[] = [];
  const found = (index: number, kind: FuzzFinding['kind'], said: string): FuzzFinding => ({ target, seed, index, kind, words: said });
  child.stderr.on('data', bytes => (words = (words + String(bytes)).slice(-1_000)));
  return new Promise((done, fail) => {
    const hung = (): void => {
      finding = found(lastIndex, 'hang', `no progress for ${HANG_MS} ms`);
      child.kill('SIGKILL');
    };
    let timer = setTimeout(hung, START_MS);
    createInterface({ input: child.stdout }).on('line', text => {
      clearTimeout(timer);
      timer = setTimeout(hung, HANG_MS);
      const line = JSON.parse(text) as Line;
      if ('ready' in line) ready = true;
      else if ('at' in line) lastIndex = line.at;
      else if ('slow' in line) slow.push(found(line.slow.index, 'slow', `took ${line.slow.tookMs} ms`));
      else if ('account' in line) {
        account = line.account;
        lastIndex = end - 1;
      }
      else if ('finding' in line) {
        lastIndex = line.finding.index;
        finding = found(line.finding.index, 'error', line.finding.words);
      }
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (!ready) return fail(new Error(`fuzz: target "${target}" could not be made: ${finding?.words ?? words}`));
      if (account === null) finding ??= found(lastIndex, 'death', `the process ended with ${String(signal ?? code)}: ${words}`);
      done({ lastIndex, account, slow, finding });
    });
  });
}
