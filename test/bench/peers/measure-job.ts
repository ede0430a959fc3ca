import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../edge/child-process';
import { startMosquitto } from '../../edge/mosquitto';
import type { Job } from './job';
import type { LoadOptions, LoadReport } from './load-report';
import { cpuSeconds, residentMegabytes } from './process-tree';
import type { Subject, System } from './system';

const SETTLE_MS = 1_500;
const SAMPLE_MS = 250;

export interface JobRun {
  readonly system: System;
  readonly job: Job;
  readonly rateHz: number;
  readonly warmUpS: number;
  readonly runS: number;
  /** Bundled `load.child.ts`. */
  readonly loadEntry: string;
}

export interface JobFigures extends LoadReport {
  /** User and system time of the process tree from the start of the measured part until its last result, divided by the readings published in it. */
  readonly cpuMicros: number;
  readonly idleMegabytes: number;
  /** Largest over the measured part. */
  readonly loadMegabytes: number;
}

/** One run of a job by a system on a broker of its own. Rejects when a result is wrong; what is lost is a figure. */
export async function measureJob(run: JobRun): Promise<JobFigures> {
  return withSubject(run, async (subject, port) => {
    await pause(SETTLE_MS);
    const idleMegabytes = residentMegabytes(subject.pid);
    const load = startLoad(run, port);
    await load.line('measuring');
    const before = cpuSeconds(subject.pid);
    let loadMegabytes = 0;
    const sampler = setInterval(() => (loadMegabytes = Math.max(loadMegabytes, residentMegabytes(subject.pid))), SAMPLE_MS);
    const measured = Number((await load.line('measured ')).slice('measured '.length));
    clearInterval(sampler);
    const reported = finishLoad(load, run);
    await load.line('settled');
    const cpuS = cpuSeconds(subject.pid) - before;
    const report = await reported;
    return { ...report, cpuMicros: (cpuS * 1e6) / measured, idleMegabytes, loadMegabytes };
  });
}

/** Starts a broker and the system on an empty folder, and ends both. */
export async function withSubject<T>({ system, job }: Pick<JobRun, 'system' | 'job'>, body: (subject: Subject, port: number) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-peer-'));
  const broker = await startMosquitto();
  try {
    const subject = await system.start({ job, brokerPort: broker.port, folder });
    try {
      return await body(subject, broker.port);
    } finally {
      await subject.stop();
    }
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function startLoad({ job, rateHz, warmUpS, runS, loadEntry }: JobRun, port: number): ReturnType<typeof startChild> {
  const options: LoadOptions = { port, job: job.name, rateHz, warmUpS, runS };
  return startChild(loadEntry, [JSON.stringify(options)]);
}

/** Lets the collector wait for what still comes, and gives its account. */
export async function finishLoad(load: ReturnType<typeof startChild>, { system, job, rateHz }: JobRun): Promise<LoadReport> {
  load.process.kill('SIGUSR2');
  const report = JSON.parse((await load.line('report ')).slice('report '.length)) as LoadReport;
  await load.ended;
  if (report.wrong.length > 0) throw new Error(`${job.name} at ${rateHz} msg/s by ${system.name}: ${report.wrong.join('; ')}`);
  return report;
}

export function pause(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms));
}
