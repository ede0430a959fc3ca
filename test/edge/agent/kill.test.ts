import { expect, it } from 'vitest';
import { Random } from '../../oracle/random';
import { runKills } from '../../sim/faults/kill-run';
import { buildLittoral } from '../../sim/faults/littoral-process';
import { windowsPlan } from '../../sim/faults/plans';
import { startMosquitto } from '../mosquitto';

const seed = Number(process.env['LITTORAL_SEED'] ?? Date.now() % 1_000_000);

it('an agent that is killed 10 times at random loses no message and repeats no effect of messages at QoS 1', async () => {
  process.stdout.write(`seed ${seed}\n`);
  const [broker, build] = await Promise.all([startMosquitto({ persistence: true }), buildLittoral()]);
  try {
    const { figures, findings } = await runKills({
      build,
      broker,
      plan: windowsPlan({ delivery: 'atLeastOnce' }),
      qos: 1,
      phases: [{ kills: 10, lifeMs: [40, 300] }],
      brokerRestarts: 0,
      perSecond: 800,
      messagesMin: 1_000,
      random: new Random(seed),
      log: () => undefined
    });
    expect(findings).toEqual([]);
    expect(figures).toMatchObject({ kills: 10, lost: 0, duplicated: 0, different: 0 });
    expect(figures.effects).toBeGreaterThan(100);
  } finally {
    await broker.stop();
    build.remove();
  }
}, 300_000);
