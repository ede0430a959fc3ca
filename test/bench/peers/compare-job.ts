import { benchResult, type BenchOptions, type BenchResult } from '../bench-result';
import { JOBS, type JobName } from './job';
import type { LoadReport } from './load-report';
import { measureJob, type JobFigures } from './measure-job';
import type { System } from './system';
import { withField } from './systems';

/** A figure of a run with its unit; null where the job has none. */
const FIGURES: readonly { readonly name: string; readonly unit: string; readonly of: (figures: JobFigures) => number | null }[] = [
  { name: 'processor time', unit: 'µs per message', of: figures => figures.cpuMicros },
  { name: 'memory idle', unit: 'MB resident', of: figures => figures.idleMegabytes },
  { name: 'memory under load', unit: 'MB resident', of: figures => figures.loadMegabytes },
  { name: 'latency p50', unit: 'ms', of: figures => figures.p50Ms },
  { name: 'latency p99', unit: 'ms', of: figures => figures.p99Ms }
];
const COUNTS: readonly { readonly name: 'lost' | 'duplicated' | 'repeatedUnderTheirId'; readonly words: string }[] = [
  { name: 'lost', words: 'lost' },
  { name: 'duplicated', words: 'duplicated' },
  { name: 'repeatedUnderTheirId', words: 'duplicated, under the id of the first' }
];

/** A job at its rates by every system, in alternating runs; the hand-written worker is the reference. */
export async function compareJob(name: JobName, { quick }: BenchOptions): Promise<BenchResult[]> {
  const job = JOBS[name];
  const [runs, warmUpS, runS] = quick ? [1, 2, 5] : [3, 5, 10];
  return withField(async ({ reference, others, littoral, loadEntry, absent }) => {
    const results: BenchResult[] = [...absent];
    for (const rateHz of job.ratesHz) {
      const figures = new Map<System, JobFigures[]>([reference, ...others].map(system => [system, []]));
      for (let run = 0; run < runs; run++) {
        for (const [system, seen] of figures) {
          const one = await measureJob({ system, job, rateHz, warmUpS, runS, loadEntry });
          if (system === littoral && name === 'J3' && !isExact(one)) throw new Error(`J3 at ${rateHz} msg/s: ${system.name} lost ${one.lost} and duplicated ${one.duplicated} (${one.repeatedUnderTheirId} under their id) of ${one.expected}`);
          seen.push(one);
        }
      }
      for (const system of others) results.push(...resultsOf(`${name} at ${rateHz} msg/s, ${system.name}`, figures.get(system) ?? [], figures.get(reference) ?? [], reference.name));
      results.push(...countsOf(`${name} at ${rateHz} msg/s, ${reference.name}`, figures.get(reference) ?? []));
    }
    return results;
  });
}

function resultsOf(name: string, seen: readonly JobFigures[], referenceSeen: readonly JobFigures[], reference: string): BenchResult[] {
  const compared = FIGURES.flatMap(figure => {
    const [values, referenceValues] = [seen.map(figure.of), referenceSeen.map(figure.of)].map(list => (list ?? []).filter(value => value !== null));
    return values === undefined || values.length === 0 ? [] : [benchResult({ name: `${name}: ${figure.name}`, unit: figure.unit, reference, values, referenceValues: referenceValues ?? [] })];
  });
  return [...compared, ...countsOf(name, seen)];
}

/** Nothing lost, and nothing twice that an idempotent receiver could not leave out. */
export function isExact({ lost, duplicated, repeatedUnderTheirId }: Pick<JobFigures, 'lost' | 'duplicated' | 'repeatedUnderTheirId'>): boolean {
  return lost === 0 && duplicated === repeatedUnderTheirId;
}

/** Against what had to come out, so the ratio is a share. */
export function countsOf(name: string, seen: readonly LoadReport[]): BenchResult[] {
  return COUNTS.map(count => benchResult({ name: `${name}: ${count.words}`, unit: 'results', reference: 'results expected', values: seen.map(one => one[count.name]), referenceValues: seen.map(one => one.expected) }));
}
