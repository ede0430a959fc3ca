import { startMosquitto } from '../edge/mosquitto';
import { Random } from '../oracle/random';
import { runKills, type KillPhase } from './faults/kill-run';
import { buildLittoral } from './faults/littoral-process';
import { windowsPlan } from './faults/plans';
import type { Proof, ProofOptions, ProofResult } from './proof';

const PACKET_IDS = 65_535;

const SCALES: Readonly<Record<ProofOptions['scale'], { readonly phases: readonly KillPhase[]; readonly brokerRestarts: number; readonly perSecond: number; readonly messagesMin: number }>> = {
  full: { phases: [{ kills: 1_000, lifeMs: [60, 400] }, { kills: 500, lifeMs: [40, 260] }], brokerRestarts: 40, perSecond: 500, messagesMin: 200_000 },
  small: { phases: [{ kills: 5, lifeMs: [60, 400] }, { kills: 3, lifeMs: [40, 260] }], brokerRestarts: 2, perSecond: 500, messagesMin: 1_000 }
};

/** Exactly-once effects of QoS 2 under kills. */
export const proof: Proof = {
  id: 'G1',
  title: 'kills of the agent, restarts of the broker, QoS 2',
  passLine: '`littoral run` killed by SIGKILL 1,000 times at 60–400 ms and 500 times at 40–260 ms, Mosquitto restarted by SIGTERM 40 times, ≥ 200,000 messages at QoS 2 past the 65,535 packet ids, windows + ONNX + MQTT sink + Delta sink: 0 lost, 0 duplicated, output equal to a batch run byte for byte.',
  async run(options: ProofOptions): Promise<ProofResult> {
    const random = new Random(options.seed);
    const [broker, build] = await Promise.all([startMosquitto({ persistence: true }), buildLittoral()]);
    try {
      const plan = windowsPlan({ delivery: 'exactlyOnceEffects', model: true });
      const { figures, findings } = await runKills({ build, broker, plan, qos: 2, ...SCALES[options.scale], random, log: options.log });
      return {
        ok: findings.length === 0,
        figures: { ...figures, packetIdWraps: Math.floor(figures.messages / PACKET_IDS) },
        findings,
        limits: ['A kill of the process cannot prove safety against power loss: that rests on the order of fsync (G3) and on SQLite.', 'The publisher is quiet while the broker restarts: its leg is outside the promise.']
      };
    } finally {
      await broker.stop();
      build.remove();
    }
  }
};
