import { rmSync } from 'node:fs';
import { buildChild } from '../edge/child-process';
import { runOutage } from './faults/outage-run';
import type { Proof, ProofOptions, ProofResult } from './proof';

const SCALES = {
  full: { perSecond: 2_000, outageMs: 180_000, earlierRows: 2_000 * 3_420, afterMs: 30_000 },
  small: { perSecond: 500, outageMs: 1_500, earlierRows: 5_000, afterMs: 500 }
} as const;
const DRAIN_MIN = 5;
const LATENCY_MAX_MS = 1_000;

/** A sink that is away for an hour. */
export const proof: Proof = {
  id: 'G7',
  title: 'a sink that is away',
  passLine: 'An outage of the sink of one hour at 2,000 messages a second: 0 lost, drained at least 5 times as fast as it came while messages go on, order kept per device, p99 latency below 1 s afterwards.',
  async run(options: ProofOptions): Promise<ProofResult> {
    const entry = await buildChild('test/edge/agent/agent-child.ts');
    const scale = SCALES[options.scale];
    try {
      const { figures, findings } = await runOutage({ entry, ...scale, log: options.log });
      const slow: string[] = [];
      if (options.scale === 'full') {
        if (figures.drainTimesRealTime < DRAIN_MIN) slow.push(`drained ${figures.drainTimesRealTime.toFixed(1)} times as fast as it came; ${DRAIN_MIN} times are wanted`);
        if (!(figures.p99LatencyAfterMs < LATENCY_MAX_MS)) slow.push(`p99 latency ${figures.p99LatencyAfterMs} ms after the outage; less than ${LATENCY_MAX_MS} ms is wanted`);
      }
      const all = [...findings, ...slow];
      return {
        ok: all.length === 0,
        figures: { ...figures },
        findings: all,
        limits: [`The last ${scale.outageMs / 1_000} s of the outage pass in real time; the ${scale.earlierRows} rows before are put into the outbox as the agent would have left them.`]
      };
    } finally {
      rmSync(entry, { force: true });
    }
  }
};
