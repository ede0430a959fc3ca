import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, parser, type Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle } from '../../../edge/agent/agent-api';
import type { Plan } from '../../../engine/plan/plan';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../bundles';
import { freePort, startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';


let folder = '';
let agent: AgentHandle | undefined;
let sinkBroker: Mosquitto | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-held-'));
});
afterEach(async () => {
  await agent?.stop();
  await sinkBroker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends one message at QoS 1 per subscription and notes which are acknowledged. */
async function sourceBroker(payloads: readonly string[]): Promise<{ readonly url: string; readonly acknowledged: number[]; close(): Promise<void> }> {
  const acknowledged: number[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer(socket => {
    sockets.add(socket);
    const packets = parser({ protocolVersion: 5 });
    const answer = (reply: Packet): void => void socket.write(generate(reply, { protocolVersion: 5 }));
    socket.on('data', bytes => packets.parse(bytes));
    socket.on('error', () => undefined);
    packets.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') answer({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
      else if (packet.cmd === 'pingreq') answer({ cmd: 'pingresp' });
      else if (packet.cmd === 'puback') acknowledged.push(packet.messageId ?? 0);
      else if (packet.cmd === 'subscribe') {
        answer({ cmd: 'suback', messageId: packet.messageId ?? 1, granted: [1] });
        if (!packet.subscriptions.some(({ topic }) => topic.startsWith('plant/'))) return;
        payloads.forEach((payload, index) => answer({ cmd: 'publish', topic: 'plant/a/value', payload, qos: 1, dup: false, retain: false, messageId: index + 1 }));
      }
    });
  });
  const port = await new Promise<number>(done => server.listen(0, '127.0.0.1', () => done((server.address() as net.AddressInfo).port)));
  return {
    url: `mqtt://127.0.0.1:${port}`,
    acknowledged,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(done => server.close(done));
    }
  };
}

function planThat(acknowledge: 'afterInbox' | 'afterEffects'): Plan {
  const plan = countingPlan({ delivery: 'atLeastOnce', lake: false, sinkConnection: 'out' });
  return { ...plan, nodes: plan.nodes.map(node => (node.op === 'source' && node.config.connector === 'mqtt' ? { ...node, config: { ...node.config, acknowledge } } : node)) };
}

describe('a source that is acknowledged after its effects', () => {
  const T0 = Date.UTC(2026, 0, 1);
  const messages = [0, 100, 200, 5_000, 5_100].map(afterMs => JSON.stringify({ tMs: T0 + afterMs, value: 1 }));

  it.each(['afterEffects', 'afterInbox'] as const)('with %s and a sink that is away', async acknowledge => {
    const source = await sourceBroker(messages);
    const port = await freePort();
    const signing = makeSigning(join(folder, 'trust.json'));
    const bundleFile = join(folder, 'bundle.zip');
    writeFileSync(bundleFile, await makeBundle({ plan: planThat(acknowledge), signing, release: 1, recording: [valueLine('a', T0, 1), valueLine('a', T0 + 9_000, 1)] }));
    agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokers: { plant: { url: source.url, protocol: 5 }, out: { url: `mqtt://127.0.0.1:${port}` } }, bundleFile });
    await until(() => agent?.metrics().includes('littoral_outbox_rows{sink="counts/1/out"} 1') === true);
    // The first three messages closed no window by themselves; the fourth did, and its row waits for the sink.
    await until(() => source.acknowledged.length >= (acknowledge === 'afterInbox' ? 5 : 0));
    if (acknowledge === 'afterEffects') expect(source.acknowledged).not.toContain(4);
    sinkBroker = await startMosquitto({ port });
    await until(() => source.acknowledged.length === 5);
    expect(source.acknowledged).toEqual([1, 2, 3, 4, 5]);
    await source.close();
  });
});
