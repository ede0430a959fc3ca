import FFT from 'fft.js';
import { FftPlans } from '../../engine/signal/fft';
import { medianFilter } from '../../engine/signal/median-filter';
import { welch } from '../../engine/signal/welch';
import type { BenchResult } from './bench-result';
import { benchResult } from './bench-result';
import { SciPy } from './scipy';

const SAMPLES = 8_192;
const SEGMENT = 1_024;
const SAMPLE_HZ = 1_000;
const KERNEL = 51;
const RUNS = 9;
const WARM_UPS = 3;

interface Job {
  readonly name: string;
  readonly calls: number;
  run(): Float64Array;
  /** The same by the plain method, in TypeScript. */
  readonly plain: { readonly name: string; run(): Float64Array };
  readonly scipy: readonly ('welch' | 'medfilt' | 'medfilt2d')[];
}

/**
 * Welch's spectrum and the median filter of 8 192 samples of noise: Littoral against SciPy in the same run (its times are taken
 * inside Python; PYTHON names the interpreter) and against the plain method in TypeScript. `scipy.signal.medfilt` has had a fast
 * path of its own for one dimension since SciPy 1.15; `medfilt2d` is the general path that it took before.
 */
export async function bench(): Promise<BenchResult[]> {
  const x = noise();
  const plans = new FftPlans();
  const jobs: readonly Job[] = [
    {
      name: `Welch, segments of ${SEGMENT}, ${SAMPLES} samples`,
      calls: 100,
      run: () => welch(x, { sampleHz: SAMPLE_HZ, segmentSize: SEGMENT }, plans).power,
      plain: { name: 'complex transforms by fft.js in TypeScript', run: () => plainWelch(x) },
      scipy: ['welch']
    },
    { name: `median filter ${KERNEL}, ${SAMPLES} samples`, calls: 50, run: () => medianFilter(x, KERNEL), plain: { name: 'sorting every window in TypeScript', run: () => plainMedian(x) }, scipy: ['medfilt', 'medfilt2d'] }
  ];
  const scipy = SciPy.start(x);
  if (scipy === null) console.log('signals: no SciPy found (set PYTHON to an interpreter that has it); compared with TypeScript only');
  const results: BenchResult[] = [];
  for (const job of jobs) results.push(...(await measured(job, scipy)));
  scipy?.stop();
  return results;
}

async function measured({ name, calls, run, plain, scipy: functions }: Job, scipy: SciPy | null): Promise<BenchResult[]> {
  assertClose(run(), plain.run(), plain.name);
  if (scipy !== null) for (const fn of functions) assertClose(run(), (await scipy.run(fn, 1)).result, `scipy.signal.${fn}`);
  const ours: number[] = [];
  const byPlain: number[] = [];
  const bySciPy = functions.map((): number[] => []);
  for (let turn = -WARM_UPS; turn < RUNS; turn++) {
    const rates = [rate(calls, run), rate(Math.ceil(calls / 10), plain.run)];
    const theirs: number[] = [];
    if (scipy !== null) for (const fn of functions) theirs.push(calls / (await scipy.run(fn, calls)).seconds);
    if (turn < 0) continue;
    ours.push(rates[0]!);
    byPlain.push(rates[1]!);
    theirs.forEach((value, index) => bySciPy[index]!.push(value));
  }
  const unit = 'signals/s';
  const against = (reference: string, referenceValues: readonly number[]): BenchResult => benchResult({ name, unit, reference, values: ours, referenceValues });
  return [...(scipy === null ? [] : functions.map((fn, index) => against(`SciPy ${scipy.version} signal.${fn}`, bySciPy[index]!))), against(plain.name, byPlain)];
}

function rate(calls: number, job: () => unknown): number {
  const startMs = performance.now();
  for (let call = 0; call < calls; call++) job();
  return (calls * 1_000) / (performance.now() - startMs);
}

/** Sums of four pseudo-random numbers, the same in every run. */
function noise(): Float64Array {
  let state = 12_345;
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  return Float64Array.from({ length: SAMPLES }, () => next() + next() + next() + next() - 2);
}

function plainWelch(x: Float64Array): Float64Array {
  const fft = new FFT(SEGMENT);
  const weights = Float64Array.from({ length: SEGMENT }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SEGMENT));
  const scale = 2 / (SAMPLE_HZ * weights.reduce((sum, weight) => sum + weight * weight, 0));
  const power = new Float64Array(SEGMENT / 2 + 1);
  const input = new Float64Array(SEGMENT * 2);
  const out = new Float64Array(SEGMENT * 2);
  const count = (2 * x.length) / SEGMENT - 1;
  for (let s = 0; s < count; s++) {
    const segment = x.subarray((s * SEGMENT) / 2, (s * SEGMENT) / 2 + SEGMENT);
    const mean = segment.reduce((sum, value) => sum + value, 0) / SEGMENT;
    for (let i = 0; i < SEGMENT; i++) input[i * 2] = (segment[i]! - mean) * weights[i]!;
    fft.transform(out, input);
    for (let k = 0; k < power.length; k++) power[k]! += ((out[k * 2]! ** 2 + out[k * 2 + 1]! ** 2) * scale) / count;
  }
  power[0]! /= 2;
  power[SEGMENT / 2]! /= 2;
  return power;
}

function plainMedian(x: Float64Array): Float64Array {
  const half = (KERNEL - 1) / 2;
  const window = new Float64Array(KERNEL);
  return x.map((_, i) => {
    for (let k = 0; k < KERNEL; k++) window[k] = x[i - half + k] ?? 0;
    return window.sort()[half]!;
  });
}

function assertClose(seen: ArrayLike<number>, wanted: ArrayLike<number>, by: string): void {
  if (seen.length !== wanted.length) throw new Error(`${seen.length} values, by ${by} ${wanted.length}`);
  const greatest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < seen.length; i++) if (!(Math.abs(seen[i]! - wanted[i]!) <= 1e-9 * Math.abs(wanted[i]!) + 1e-12 * greatest)) throw new Error(`value ${i} is ${seen[i]}, by ${by} ${wanted[i]}`);
}
