import type { BenchOptions, BenchResult } from '../bench-result';
import { compareJob } from './compare-job';

/** Job J2 by the agent, Node-RED, eKuiper and a hand-written worker. */
export function bench(options: BenchOptions): Promise<BenchResult[]> {
  return compareJob('J2', options);
}
