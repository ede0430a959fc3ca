import { rmSync } from 'node:fs';
import { buildChild } from '../edge/child-process';
import { runFuzz, type FuzzFigures } from './fuzz/run-fuzz';
import type { Proof, ProofOptions, ProofResult } from './proof';

/** Inputs per target. */
const FULL: Readonly<Record<string, number>> = {
  mqttFrames: 997_000,
  mqttIngest: 3_000,
  json: 200_000,
  jsonLines: 50_000,
  messagePack: 100_000,
  messagePackSequence: 50_000,
  cbor: 100_000,
  cborSequence: 50_000,
  avro: 75_000,
  avroSingleObject: 25_000,
  avroContainer: 50_000,
  protobuf: 75_000,
  protobufRows: 25_000,
  csv: 100_000,
  sparkplug: 100_000,
  plan: 50_000,
  notebook: 50_000,
  recording: 50_000,
  trust: 50_000,
  keys: 50_000,
  bundle: 50_000,
  onnx: 50_000,
  deltaLog: 50_000,
  parquet: 20_000,
  parquetRows: 50_000,
  commandLines: 50_000
};
const SMALL: Readonly<Record<string, number>> = { inTurn: 4_000, mqttIngest: 40 };
const SLOWEST_MS_MAX = 1_000;
const RESIDENT_MEGABYTES_MAX = 300;
const OUTCOMES_SHOWN = 6;
const PARALLEL = 2;

/** Hostile input of every kind that the edge takes. */
export const proof: Proof = {
  id: 'G9',
  title: 'fuzzing of everything that takes bytes from outside',
  passLine: '1 M MQTT packets, 1 M payloads of seven formats, 50 k each of Parquet data files (and 20 k Parquet footers), ONNX, bundle, Plan, notebook, recording, trust and key files, Delta logs and command lines: 0 crashes, 0 hangs > 1 s, 0 unhandled rejections, resident memory ≤ 300 MB, every input accounted for.',
  async run({ scale, seed, log }: ProofOptions): Promise<ProofResult> {
    const entry = await buildChild('test/sim/fuzz/fuzz.child.ts');
    const inputs = scale === 'full' ? FULL : SMALL;
    const results = new Map<string, FuzzFigures>();
    try {
      await inParallel(Object.entries(inputs), async ([target, count]) => {
        const figures = await runFuzz({ entry, target, seed, count });
        results.set(target, figures);
        log(`${target}: ${figures.inputs} inputs in ${figures.seconds.toFixed(1)} s, slowest ${figures.slowestMs} ms, ${figures.residentMegabytes} MB, ${figures.findings.length} findings`);
      });
    } finally {
      rmSync(entry, { force: true });
    }
    const findings = Object.keys(inputs).flatMap(target => findingsOf(target, results.get(target)));
    return { ok: findings.length === 0, figures: figuresOf(results), findings, limits: limitsOf(scale) };
  }
};

async function inParallel<T>(items: readonly T[], body: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await body(item);
    })
  );
}

function findingsOf(target: string, figures: FuzzFigures | undefined): string[] {
  if (figures === undefined) return [`${target}: was not run`];
  const { findings, slowestMs, residentMegabytes } = figures;
  const words = findings.map(({ kind, seed, index, words: said }) => `${target}: ${kind} at input ${index} of seed ${seed}: ${said}`);
  if (slowestMs > SLOWEST_MS_MAX && findings.every(({ kind }) => kind !== 'slow')) words.push(`${target}: one input took ${slowestMs} ms`);
  if (residentMegabytes > RESIDENT_MEGABYTES_MAX) words.push(`${target}: resident memory rose to ${residentMegabytes} MB`);
  return words;
}

function figuresOf(results: ReadonlyMap<string, FuzzFigures>): Record<string, number | string> {
  const figures: Record<string, number | string> = {};
  for (const [target, result] of [...results].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const common = Object.entries(result.outcomes).sort(([, a], [, b]) => b - a);
    const shown = common.slice(0, OUTCOMES_SHOWN).map(([outcome, count]) => `${outcome} ${count}`);
    const more = common.length > OUTCOMES_SHOWN ? ` and ${common.length - OUTCOMES_SHOWN} more` : '';
    figures[target] = `${result.inputs} inputs, slowest ${result.slowestMs} ms, ${result.residentMegabytes} MB: ${shown.join(', ')}${more}`;
  }
  return figures;
}

function limitsOf(scale: ProofOptions['scale']): string[] {
  const limits = [
    'A Parquet file whose bytes the log of its table confirms by their digest is read in the process of the agent: only who can write the log as well can keep that reader busy.',
    'Mutations are blind: seeds, words of the format and seeded changes, not guided by coverage.',
    'A notebook is read, not run; a model that the contract lets through is loaded in one case of 20 and not run.'
  ];
  return scale === 'full' ? limits : [...limits, 'At small scale a few thousand inputs are made, all targets but the running agent in one process.'];
}
