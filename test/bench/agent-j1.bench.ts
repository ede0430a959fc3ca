import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentOptions } from '../../edge/agent/agent-api';
import type { Plan } from '../../engine/plan/plan';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../edge/bundles';
import { buildChild, startChild, type Child } from '../edge/child-process';
import { startMosquitto, type Mosquitto } from '../edge/mosquitto';
import { benchResult, type BenchResult } from './bench-result';

const PER_SECOND = 20_000;
const WARM_UP_S = 3;
const RUN_S = 5;
const RUNS = 3;
const TICKS_PER_S = 100;

/**
 * Job J1: QoS 0 JSON in, positive values, one second per device over 100 devices, count, mean, min, max and sd out, at 20 000
 * messages a second. The agent journals every message and checkpoints; the hand-written worker keeps nothing.
 */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-j1-'));
  const broker = await startMosquitto();
  const entries = await Promise.all(['test/edge/agent/agent-child.ts', 'test/bench/j1-worker.child.ts', 'test/bench/j1-generator.child.ts'].map(buildChild));
  const [agentEntry = '', workerEntry = '', generatorEntry = ''] = entries;
  const generate = (seconds: number): Promise<number> => publish(generatorEntry, broker, seconds);
  const micros: { agent: number[]; worker: number[] } = { agent: [], worker: [] };
  const agent = await startJ1Agent(agentEntry, folder, broker);
  try {
    const idle: { agent: number[]; worker: number[] } = { agent: [residentMegabytes(agent)], worker: [] };
    for (let run = 0; run < RUNS; run++) {
      await agent.setPaused(false);
      micros.agent.push(await measure(agent, generate));
      await agent.setPaused(true);
      const worker = await startWorker(workerEntry, broker);
      idle.worker.push(residentMegabytes(worker));
      micros.worker.push(await measure(worker, generate));
      await worker.stop();
    }
    return [
      benchResult({ name: `agent, job J1 at ${PER_SECOND} msg/s`, unit: 'µs of processor time per message', reference: 'hand-written mqtt.js worker', values: micros.agent, referenceValues: micros.worker }),
      benchResult({ name: 'agent, idle with job J1 deployed', unit: 'MB resident', reference: 'hand-written mqtt.js worker', values: idle.agent, referenceValues: idle.worker })
    ];
  } finally {
    await agent.stop();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
    for (const entry of entries) rmSync(entry, { force: true });
  }
}

/** A process under test. */
interface Subject {
  readonly child: Child;
  /** Messages that it has taken in so far. */
  seen(): Promise<number>;
  stop(): Promise<void>;
}

/** Microseconds of processor time per message, after a warm-up; every message sent must have been seen. */
async function measure(subject: Subject, generate: (seconds: number) => Promise<number>): Promise<number> {
  const before = await subject.seen();
  const warm = await generate(WARM_UP_S);
  await arrived(subject, before + warm);
  const cpu = cpuSeconds(subject.child);
  const sent = await generate(RUN_S);
  await arrived(subject, before + warm + sent);
  return ((cpuSeconds(subject.child) - cpu) * 1e6) / sent;
}

async function arrived(subject: Subject, wanted: number): Promise<void> {
  for (let tries = 0; (await subject.seen()) !== wanted; tries++) {
    if (tries > 200) throw new Error(`J1: ${await subject.seen()} of ${wanted} messages arrived`);
    await new Promise(done => setTimeout(done, 25));
  }
}

let nextStartMs = 1_700_000_000_000;

async function publish(entry: string, broker: Mosquitto, seconds: number): Promise<number> {
  const startMs = nextStartMs;
  nextStartMs += seconds * 1_000;
  const generator = startChild(entry, [broker.port, PER_SECOND, seconds, startMs].map(String));
  const sent = Number((await generator.line('sent ')).slice('sent '.length));
  await generator.ended;
  return sent;
}

async function startJ1Agent(entry: string, folder: string, broker: Mosquitto): Promise<Subject & { setPaused(paused: boolean): Promise<void> }> {
  const signing = makeSigning(join(folder, 'trust.json'));
  const plan: Plan = countingPlan({ name: 'j1', lake: false, qos: 0 });
  const bundleFile = join(folder, 'j1-1.littoral.zip');
  writeFileSync(bundleFile, await makeBundle({ plan, signing, release: 1, recording: [valueLine('d1', 0, 1)] }));
  const options: AgentOptions = { dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, bundleFile };
  let child = startChild(entry, [JSON.stringify(options)]);
  let url = (await child.line('ready ')).slice('ready '.length);
  const seen = async (): Promise<number> => ((await (await fetch(`${url}/status`)).json()) as { counters: { rowsIn: number } }).counters.rowsIn;
  const end = async (): Promise<void> => {
    child.process.kill('SIGTERM');
    const code = await child.ended;
    if (code !== 0) throw new Error(`J1: the agent ended with ${String(code)}: ${child.words()}`);
  };
  let paused = false;
  return {
    get child() {
      return child;
    },
    seen,
    setPaused: async wanted => {
      if (wanted === paused) return;
      paused = wanted;
      if (wanted) return end();
      child = startChild(entry, [JSON.stringify(options)]);
      url = (await child.line('ready ')).slice('ready '.length);
      await connected(url);
    },
    stop: () => (paused ? Promise.resolve() : end())
  };
}

async function connected(url: string): Promise<void> {
  while (!(await fetch(`${url}/readyz`)).ok) await new Promise(done => setTimeout(done, 20));
}

async function startWorker(entry: string, broker: Mosquitto): Promise<Subject> {
  const child = startChild(entry, [broker.url]);
  await child.line('ready');
  let answers = 0;
  return {
    child,
    seen: async () => {
      child.process.kill('SIGUSR2');
      answers++;
      return Number((await child.lines('seen ', answers)).slice('seen '.length));
    },
    stop: async () => {
      child.process.kill('SIGKILL');
      await child.ended;
    }
  };
}

function cpuSeconds(child: Child): number {
  const fields = readFileSync(`/proc/${child.process.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

function residentMegabytes(subject: Subject): number {
  return 1.024e-3 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${subject.child.process.pid}/status`, 'utf8'))?.[1] ?? 0);
}
