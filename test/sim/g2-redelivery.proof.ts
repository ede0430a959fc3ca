import { startMosquitto } from '../edge/mosquitto';
import { Random } from '../oracle/random';
import { runBrokerLoss } from './faults/broker-loss-run';
import { runCrashes } from './faults/crash-run';
import { runKills, type KillPhase } from './faults/kill-run';
import { buildLittoral, type LittoralBuild } from './faults/littoral-process';
import { windowsPlan } from './faults/plans';
import type { Proof, ProofOptions, ProofResult } from './proof';

interface Scale {
  readonly phases: readonly KillPhase[];
  readonly brokerRestarts: number;
  readonly messagesMin: number;
  readonly crashes: number;
  readonly mosquittoCrashes: number;
}

const SCALES: Readonly<Record<ProofOptions['scale'], Scale>> = {
  full: { phases: [{ kills: 300, lifeMs: [60, 400] }, { kills: 200, lifeMs: [40, 260] }], brokerRestarts: 20, messagesMin: 70_000, crashes: 300, mosquittoCrashes: 40 },
  small: { phases: [{ kills: 4, lifeMs: [60, 400] }], brokerRestarts: 1, messagesMin: 500, crashes: 4, mosquittoCrashes: 2 }
};

type Part = Pick<ProofResult, 'findings'> & { readonly figures: Readonly<Record<string, number>> };

/** At-least-once delivery with duplicates suppressed, and losses of the broker told. */
export const proof: Proof = {
  id: 'G2',
  title: 'QoS 1 with duplicate suppression, brokers that die',
  passLine: 'QoS 1 with suppression by packet id and by key under kills: 0 lost, 0 duplicated; the same with a durable broker that is killed as well; Mosquitto killed by SIGKILL (autosave each second): no message lost that the agent acknowledged, and every one that did not come is in littoral_source_gap_total.',
  async run(options: ProofOptions): Promise<ProofResult> {
    const build = await buildLittoral();
    const scale = SCALES[options.scale];
    const common = { build, random: new Random(options.seed) };
    try {
      const parts: readonly (readonly [string, () => Promise<Part>])[] = [
        ['Mosquitto', () => killsAtQos1(common, scale, options.log)],
        ['durable broker killed too', () => runCrashes({ ...common, kills: scale.crashes, perSecond: 500, log: options.log })],
        ['Mosquitto killed', () => runBrokerLoss({ ...common, kills: scale.mosquittoCrashes, perSecond: 400, log: options.log })]
      ];
      const figures: Record<string, number> = {};
      const findings: string[] = [];
      for (const [name, run] of parts) {
        options.log(name);
        const part = await run();
        for (const [figure, value] of Object.entries(part.figures)) figures[`${name}: ${figure.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)}`] = value;
        findings.push(...part.findings.map(finding => `${name}: ${finding}`));
      }
      if (options.scale === 'full' && figures['Mosquitto killed: lost by mosquitto'] === 0) findings.push('Mosquitto killed: it lost nothing, so that nothing was proved about the gap metric');
      return { ok: findings.length === 0, figures, findings, limits: ['What Mosquitto itself loses when it is killed is not the agent’s to keep; it is counted, not prevented.'] };
    } finally {
      build.remove();
    }
  }
};

async function killsAtQos1(common: { readonly build: LittoralBuild; readonly random: Random }, scale: Scale, log: (line: string) => void): Promise<Part> {
  const broker = await startMosquitto({ persistence: true });
  try {
    const { figures, findings } = await runKills({ ...common, broker, plan: windowsPlan({ delivery: 'atLeastOnce', deduplicate: true }), qos: 1, ...scale, perSecond: 500, repeatEach: 37, log });
    return { figures: { ...figures }, findings };
  } finally {
    await broker.stop();
  }
}
