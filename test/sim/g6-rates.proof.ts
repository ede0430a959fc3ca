import { rmSync } from 'node:fs';
import { buildChild, startChild } from '../edge/child-process';
import { countingPlan } from '../edge/bundles';
import { residentMegabytes } from '../bench/peers/process-tree';
import { makeBench } from './faults/bench';
import { buildLittoral, startLittoral, type LittoralBuild } from './faults/littoral-process';
import type { Proof, ProofOptions, ProofResult } from './proof';
import type { FeedOptions, FeedReport } from './rates/source-broker.child';

interface Line {
  readonly qos: 1 | 2;
  /** What has to be sustained. */
  readonly wantedHz: number;
}
const LINES: readonly Line[] = [
  { qos: 1, wantedHz: 20_000 },
  { qos: 2, wantedHz: 10_000 }
];
const P99_MS_MAX = 20;
const GROWTH_MAX = 0.1;
/** A little more than wanted, so that a sustained feed shows. */
const FEED_OVER = 1.025;
const SCALES: Readonly<Record<ProofOptions['scale'], { readonly seconds: number; readonly share: number }>> = { full: { seconds: 300, share: FEED_OVER }, small: { seconds: 3, share: 0.05 } };
const SAMPLE_MS = 1_000;

/** Sustained ingest with every acknowledgement after a synced commit. */
export const proof: Proof = {
  id: 'G6',
  title: 'ingest rates at full durability',
  passLine: '200-byte messages, every acknowledgement after a synced commit: ≥ 20,000 msg/s at QoS 1 and ≥ 10,000 msg/s at QoS 2 for 5 min each, p99 receipt to commit ≤ 20 ms, resident memory flat within 10 %, nothing lost.',
  async run({ scale, log }: ProofOptions): Promise<ProofResult> {
    const [build, feedEntry] = await Promise.all([buildLittoral(), buildChild('test/sim/rates/source-broker.child.ts')]);
    const figures: Record<string, number | string> = {};
    const findings: string[] = [];
    try {
      for (const line of LINES) {
        const measured = await measure(line, build, feedEntry, SCALES[scale]);
        const prefix = `qos${line.qos}`;
        const rateHz = Math.round(measured.report.finished / measured.report.seconds);
        log(`QoS ${line.qos}: ${rateHz} msg/s, p99 ${measured.report.p99Ms} ms`);
        Object.assign(figures, {
          [`${prefix}Messages`]: measured.report.finished,
          [`${prefix}RateHz`]: rateHz,
          [`${prefix}AckP50Ms`]: measured.report.p50Ms,
          [`${prefix}AckP99Ms`]: measured.report.p99Ms,
          [`${prefix}AckMaxMs`]: Math.round(measured.report.maxMs),
          [`${prefix}HeldTicks`]: measured.report.heldTicks,
          [`${prefix}CpuMicrosPerMessage`]: Math.round((measured.cpuS * 1e7) / measured.report.finished) / 10,
          [`${prefix}RssMegabytes`]: Math.round(measured.rss.late),
          [`${prefix}RssGrowth`]: Math.round((measured.rss.late / measured.rss.early - 1) * 1_000) / 1_000
        });
        findings.push(...judge(line, measured, scale).map(words => `QoS ${line.qos}: ${words}`));
      }
    } finally {
      build.remove();
      rmSync(feedEntry, { force: true });
    }
    return { ok: findings.length === 0, figures, findings, limits: limitsOf(scale) };
  }
};

interface Measured {
  readonly report: FeedReport;
  readonly rowsIn: number;
  readonly conservationError: number;
  readonly deadLetters: number;
  readonly cpuS: number;
  /** Median resident megabytes after the first fifth of the run, and over the last fifth. */
  readonly rss: { readonly early: number; readonly late: number };
  readonly exit: number | NodeJS.Signals | null;
}

async function measure({ qos, wantedHz }: Line, build: LittoralBuild, feedEntry: string, { seconds, share }: (typeof SCALES)['full']): Promise<Measured> {
  const plan = countingPlan({ lake: false, qos, delivery: qos === 2 ? 'exactlyOnceEffects' : 'atLeastOnce' });
  const bench = await makeBench({ plan, models: {} });
  const options: FeedOptions = { rateHz: Math.round(wantedHz * share), seconds, qos };
  const feed = startChild(feedEntry, [JSON.stringify(options)]);
  const agent = startLittoral(build, bench.agent(`mqtt://127.0.0.1:${(await feed.line('port ')).slice('port '.length)}`));
  const samples: number[] = [];
  const sampler = setInterval(() => samples.push(residentMegabytes(agent.process.pid ?? 0)), SAMPLE_MS);
  try {
    const url = await agent.live();
    const report = JSON.parse((await feed.line('report ')).slice('report '.length)) as FeedReport;
    clearInterval(sampler);
    samples.push(residentMegabytes(agent.process.pid ?? 0));
    const status = await processed(url, report.finished);
    const cpuS = Number(/^process_cpu_seconds_total (\S+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? NaN);
    return { report, ...status, cpuS, rss: rssOf(samples), exit: await agent.end('SIGTERM') };
  } finally {
    clearInterval(sampler);
    feed.process.kill('SIGKILL');
    agent.process.kill('SIGKILL');
    await Promise.all([feed.ended, agent.ended]);
    bench.remove();
  }
}

/** The counters, as soon as the engine has taken everything that was acknowledged. */
async function processed(url: string, wanted: number): Promise<Pick<Measured, 'rowsIn' | 'conservationError' | 'deadLetters'>> {
  for (let still = 0, before = -1; ; ) {
    const { counters } = (await (await fetch(`${url}/status`)).json()) as { readonly counters: { readonly rowsIn: number; readonly conservationError: number; readonly deadLetters: Readonly<Record<string, number>> } };
    still = counters.rowsIn === before ? still + 1 : 0;
    before = counters.rowsIn;
    if (counters.rowsIn >= wanted || still > 100) return { rowsIn: counters.rowsIn, conservationError: counters.conservationError, deadLetters: Object.values(counters.deadLetters).reduce((sum, count) => sum + count, 0) };
    await new Promise(done => setTimeout(done, 50));
  }
}

function rssOf(samples: readonly number[]): Measured['rss'] {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  return { early: median(samples.slice(Math.min(fifth, samples.length - 1), 2 * fifth + 1)), late: median(samples.slice(-fifth)) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function judge({ wantedHz }: Line, { report, rowsIn, conservationError, deadLetters, rss, exit }: Measured, scale: ProofOptions['scale']): string[] {
  const findings: string[] = [];
  if (report.finished !== report.sent) findings.push(`${report.sent} messages sent, ${report.finished} acknowledged to the end`);
  if (rowsIn + deadLetters !== report.finished) findings.push(`${report.finished} messages acknowledged, ${rowsIn} records and ${deadLetters} dead letters counted`);
  if (conservationError !== 0) findings.push(`conservation error ${conservationError}`);
  if (exit !== 0) findings.push(`the agent ended with ${String(exit)}`);
  if (scale === 'small') return findings;
  const rateHz = report.finished / report.seconds;
  if (rateHz < wantedHz) findings.push(`${Math.round(rateHz)} msg/s, expected at least ${wantedHz}`);
  if (report.p99Ms > P99_MS_MAX) findings.push(`p99 from a message to its acknowledgement ${report.p99Ms} ms, expected at most ${P99_MS_MAX}`);
  if (Math.abs(rss.late / rss.early - 1) > GROWTH_MAX) findings.push(`resident memory went from ${Math.round(rss.early)} to ${Math.round(rss.late)} MB`);
  return findings;
}

function limitsOf(scale: ProofOptions['scale']): string[] {
  const limits = ['Messages come from a broker of the proof itself, over loopback; receipt to commit is measured at the wire, from the write of a message to its PUBACK or PUBREC.'];
  if (scale === 'small') return [...limits, 'At small scale the feed is slow and only loss is judged.'];
  return [...limits, 'Memory is compared over 5 min, not over an hour; the hour is part of G16.'];
}
