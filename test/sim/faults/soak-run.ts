import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { startMosquitto, type Mosquitto } from '../../edge/mosquitto';
import type { Random } from '../../oracle/random';
import { AckTap } from './ack-tap';
import { makeBench } from './bench';
import { EffectsWatch } from './effects';
import { expectedRows, judgeEffects, judgeLake } from './judge';
import { startLittoral, type LittoralBuild } from './littoral-process';
import { windowsPlan } from './plans';
import { sampleProcess, type ProcessSample } from './process-figures';
import { PlantPublisher } from './publisher';
import { agentStatus } from './status';

export interface SoakOptions {
  readonly build: LittoralBuild;
  readonly durationMs: number;
  readonly sampleEveryMs: number;
  readonly faultEveryMs: number;
  readonly perSecond: number;
  readonly random: Random;
  readonly log: (line: string) => void;
}

export interface SoakResult {
  readonly samples: readonly ProcessSample[];
  readonly faults: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly effects: number;
  readonly findings: readonly string[];
}

const GARBAGE = ['', '{', '{"tMs":"soon"}', '[1,2,3]', '{"tMs":1e400,"value":null}', '\u0000\u0001\u0002', `{"value":${'9'.repeat(400)}}`];
const PATIENCE_MS = 60_000;

/** One agent at work for long, with connections that break, a broker that restarts and payloads that are none; its figures are taken all the time. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const plan = windowsPlan({ delivery: 'exactlyOnceEffects', model: true });
  const bench = await makeBench(plan);
  const broker = await startMosquitto({ persistence: true });
  const tap = await AckTap.open(broker.port);
  const watch = await EffectsWatch.connect(broker.url);
  const publisher = await PlantPublisher.connect(broker.url, { qos: 2, perSecond: options.perSecond });
  const vandal = await mqtt.connectAsync(broker.url, { reconnectPeriod: 50, keepalive: 0 });
  vandal.on('error', () => undefined);
  const agent = startLittoral(options.build, bench.agent(tap.url));
  try {
    const url = await agent.live();
    await publisher.probe(async () => (await agentStatus(url)).rowsIn);
    publisher.start();
    const { samples, faults } = await soak(options, { pid: agent.process.pid ?? 0, logFile: `${bench.storeFile}-wal`, broker, tap, publisher, vandal });
    await publisher.finish();
    const expected = await expectedRows(plan, publisher.lines);
    const wanted = expected.get('out') ?? [];
    for (const untilMs = performance.now() + PATIENCE_MS; watch.byId.size < wanted.length && performance.now() < untilMs; ) await pause(50);
    const code = await agent.end('SIGTERM');
    const findings = [
      ...(code === 0 ? [] : [`the agent left with ${String(code)}: ${agent.words().slice(-2_000)}`]),
      ...judgeEffects(watch, `${plan.plan.name}/1/out`, wanted).findings,
      ...(await judgeLake(join(bench.lakeDir, 'counts'), expected.get('lake') ?? [])).findings
    ];
    return { samples, faults, messages: publisher.confirmed, effects: wanted.length, findings };
  } finally {
    agent.process.kill('SIGKILL');
    await publisher.abandon();
    await vandal.endAsync(true);
    await watch.close();
    await tap.close();
    await broker.stop();
    bench.remove();
  }
}

interface Scene {
  readonly pid: number;
  readonly logFile: string;
  readonly broker: Mosquitto;
  readonly tap: AckTap;
  readonly publisher: PlantPublisher;
  readonly vandal: MqttClient;
}

async function soak(options: SoakOptions, scene: Scene): Promise<Pick<SoakResult, 'samples' | 'faults'>> {
  const samples: ProcessSample[] = [];
  const faults = { connectionsCut: 0, brokerRestarts: 0, garbage: 0 };
  const timer = setInterval(() => samples.push(sampleProcess(scene.pid, scene.logFile)), options.sampleEveryMs);
  try {
    for (const untilMs = performance.now() + options.durationMs; performance.now() < untilMs; ) {
      await pause(options.faultEveryMs);
      const fault = options.random.pick(['connectionsCut', 'brokerRestarts', 'garbage', 'garbage'] as const);
      faults[fault]++;
      if (fault === 'connectionsCut') scene.tap.cut();
      else if (fault === 'garbage') for (const text of GARBAGE) scene.vandal.publish(`plant/v${options.random.int(0, 9)}/value`, text, { qos: 1 });
      else {
        await scene.publisher.pause();
        await scene.broker.restart();
        await scene.publisher.resume();
      }
      const last = samples.at(-1);
      if (last !== undefined && samples.length % 20 === 0) options.log(`${Math.round(last.residentBytes / 2 ** 20)} MiB, ${last.handles} handles, log ${Math.round(last.logBytes / 2 ** 20)} MiB`);
    }
  } finally {
    clearInterval(timer);
  }
  return { samples, faults };
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms));
