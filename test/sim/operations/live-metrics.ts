import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { startAgent } from '../../../edge/agent/agent';
import { startAedes } from '../../edge/aedes';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../../edge/bundles';
import { until } from '../../edge/until';

const T0 = Date.UTC(2026, 0, 1);

/** What `/metrics` of an agent says that has taken messages in, refused a bundle, and met a message that it cannot read. */
export async function liveMetrics(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-metrics-'));
  const signing = makeSigning(join(folder, 'trust.json'));
  const broker = await startAedes();
  const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url });
  const client = await mqtt.connectAsync(broker.url);
  try {
    const recording = [valueLine('a', T0, 1), valueLine('a', T0 + 2_500, 2)];
    const answer = await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }));
    if (!answer.ok) throw new Error(answer.detail);
    await agent.deploy(Buffer.from('no bundle'));
    const counted = (name: string): boolean => new RegExp(`^littoral_${name}\\{[^}]*\\} [1-9]`, 'm').test(agent.metrics());
    let sent = 0;
    const publishing = setInterval(() => {
      sent += 1;
      client.publish('plant/a/value', sent % 5 === 0 ? '{' : JSON.stringify({ tMs: T0 + sent * 500, value: sent }), { qos: 1 });
    }, 20);
    await until(() => counted('records_out_total') && counted('dead_letter_records_total'));
    clearInterval(publishing);
    return agent.metrics();
  } finally {
    await client.endAsync();
    await agent.stop();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
