import type { BenchOptions, BenchResult } from '../bench-result';
import { countsOf, isExact } from './compare-job';
import { JOBS } from './job';
import type { LoadReport } from './load-report';
import { finishLoad, pause, startLoad, withSubject, type JobRun } from './measure-job';
import { withField } from './systems';

const RATE_HZ = 500;
const CLEAN_RESTARTS = 2;
const AFTER_START_MS = 1_000;

/** Job J3 at 500 msg/s under kill -9 at even distances, then two clean restarts: what is lost and what comes twice. */
export async function bench({ quick }: BenchOptions): Promise<BenchResult[]> {
  const [kills, runS] = quick ? [5, 15] : [20, 60];
  return withField(async ({ reference, others, littoral, loadEntry, absent }) => {
    const results: BenchResult[] = [...absent];
    for (const system of [reference, ...others]) {
      const report = await underKills({ system, job: JOBS.J3, rateHz: RATE_HZ, warmUpS: 0, runS, loadEntry }, kills);
      if (system === littoral && !isExact(report)) throw new Error(`J3 under ${kills} kills: ${system.name} lost ${report.lost} and duplicated ${report.duplicated} (${report.repeatedUnderTheirId} under their id) of ${report.expected}`);
      results.push(...countsOf(`J3 under ${kills} kill -9 in ${runS} s, ${system.name}`, [report]));
    }
    return results;
  });
}

function underKills(run: JobRun, kills: number): Promise<LoadReport> {
  return withSubject(run, async (subject, port) => {
    await pause(AFTER_START_MS);
    const load = startLoad(run, port);
    await load.line('measuring');
    for (let kill = 0; kill < kills; kill++) {
      await pause((run.runS * 1_000) / (kills + 1));
      await subject.killAndRestart();
    }
    await load.line('measured ');
    await subject.ready();
    for (let restart = 0; restart < CLEAN_RESTARTS; restart++) {
      await load.lines('quiet', restart + 1);
      await subject.restart();
    }
    return finishLoad(load, run);
  });
}
