import { Random } from '../oracle/random';
import { buildLittoral } from './faults/littoral-process';
import { floorSlopePerHour, median, partsOf, type ProcessSample } from './faults/process-figures';
import { runSoak } from './faults/soak-run';
import type { Proof, ProofOptions, ProofResult } from './proof';

const SCALES = {
  full: { durationMs: 20 * 60_000, sampleEveryMs: 1_000, faultEveryMs: 7_000, perSecond: 500 },
  small: { durationMs: 4_000, sampleEveryMs: 100, faultEveryMs: 500, perSecond: 300 }
} as const;
const MEBI = 2 ** 20;
/** `journal_size_limit` of the store. */
const LOG_BYTES_MAX = 64 * MEBI;
const GROWTH_MAX = 1.05;
const HANDLES_MORE_MAX = 2;

/** An agent that works for long. */
export const proof: Proof = {
  id: 'G16',
  title: 'soak with faults',
  passLine: '20 minutes of QoS 2, windows, ONNX, MQTT and Delta sinks with broken connections, broker restarts and broken payloads: memory of the last quarter at most 5 % above the second, log ≤ 64 MiB, file handles flat, output equal to a batch run. (24 hours with less than 1 MB/h are the goal behind it.)',
  async run(options: ProofOptions): Promise<ProofResult> {
    if (process.platform !== 'linux') return { ok: false, figures: {}, findings: ['Nothing was proved: the figures of a process are read from /proc.'], limits: ['Needs Linux.'] };
    const build = await buildLittoral();
    try {
      const scale = SCALES[options.scale];
      const { samples, faults, messages, effects, findings } = await runSoak({ build, ...scale, random: new Random(options.seed), log: options.log });
      const [, second = [], , last = []] = partsOf(samples, 4);
      const memory = (part: readonly ProcessSample[]): number => median(part.map(sample => sample.residentBytes));
      const handles = (part: readonly ProcessSample[]): number => Math.max(...part.map(sample => sample.handles));
      const logBytesMax = Math.max(...samples.map(sample => sample.logBytes));
      const found = [...findings];
      if (logBytesMax > LOG_BYTES_MAX) found.push(`the write-ahead log grew to ${logBytesMax} bytes`);
      if (handles(last) > handles(second) + HANDLES_MORE_MAX) found.push(`file handles grew from ${handles(second)} to ${handles(last)}`);
      if (options.scale === 'full' && memory(last) > GROWTH_MAX * memory(second)) found.push(`memory grew from ${memory(second)} to ${memory(last)} bytes`);
      return {
        ok: found.length === 0,
        figures: {
          minutes: scale.durationMs / 60_000,
          messages,
          effects,
          ...faults,
          'memory, second quarter (MiB)': memory(second) / MEBI,
          'memory, last quarter (MiB)': memory(last) / MEBI,
          'slope of the memory floor (MiB/h)': options.scale === 'full' ? floorSlopePerHour(samples.slice(Math.floor(samples.length / 4)), sample => sample.residentBytes, 15) / MEBI : 'too short',
          'log at most (MiB)': logBytesMax / MEBI,
          'handles, second quarter': handles(second),
          'handles, last quarter': handles(last)
        },
        findings: found,
        limits: ['24 hours were not run; over 20 minutes the heap of V8 moves by more than 1 MB/h either way.']
      };
    } finally {
      build.remove();
    }
  }
};
