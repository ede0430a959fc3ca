import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { generate, parser, type Packet } from 'mqtt-packet';
import { startAgent } from '../../../../edge/agent/agent';
import type { AgentHandle } from '../../../../edge/agent/agent-api';
import type { Env } from '../../../../edge/env/env';
import { systemEnv } from '../../../../edge/env/system-env';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../../../edge/bundles';
import type { FuzzTarget } from '../target';
import { brokerPackets } from './mqtt-frames';

const V5 = { protocolVersion: 5 };
const FASTER = 50;
/** Both ends live in this process, so an answer takes turns of its event loop, however slow the machine is. */
const ANSWER_TURNS = 100;
const INPUTS_UNTIL_ANSWER = 100;
const MARKER_ID = 60_000;
const T0 = Date.UTC(2026, 0, 1);

/** A broker that sends what it is told to the agent's source, and tells when the agent has acknowledged a marker behind it. */
class HostileBroker {
  private readonly server = net.createServer(socket => this.accept(socket));
  private source: net.Socket | null = null;
  private waiting: ((outcome: string) => void) | null = null;
  private arrived: (() => void) | null = null;

  async listen(): Promise<string> {
    await new Promise<void>(done => this.server.listen(0, '127.0.0.1', done));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `mqtt://127.0.0.1:${address.port}`;
  }

  /** Writes `bytes` and a marker; gives what became of the connection. */
  async send(bytes: Uint8Array, marker: Buffer): Promise<string> {
    while (this.source === null) await new Promise<void>(done => (this.arrived = done));
    const { source } = this;
    const outcome = new Promise<string>(done => (this.waiting = done));
    source.write(Buffer.concat([bytes, marker]));
    void this.giveUp();
    const seen = await outcome;
    if (seen === 'swallowed') this.drop(source);
    return seen;
  }

  close(): void {
    this.server.close();
  }

  private async giveUp(): Promise<void> {
    const { waiting } = this;
    for (let turn = 0; turn < ANSWER_TURNS && this.waiting === waiting; turn++) await new Promise(done => setTimeout(done, 1));
    if (this.waiting === waiting) this.settle('swallowed');
  }

  private settle(outcome: string): void {
    this.waiting?.(outcome);
    this.waiting = null;
  }

  private drop(socket: net.Socket): void {
    if (this.source === socket) this.source = null;
    socket.destroy();
  }

  private accept(socket: net.Socket): void {
    const reader = parser(V5);
    const reply = (packet: Packet): void => void socket.write(generate(packet, V5));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.source !== socket) return;
      this.source = null;
      this.settle('connection ended');
    });
    socket.on('data', bytes => reader.parse(bytes));
    reader.on('error', () => socket.destroy());
    reader.on('packet', packet => {
      const messageId = packet.messageId ?? 0;
      if (packet.cmd === 'connect') reply({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false });
      else if (packet.cmd === 'publish' && packet.qos === 1) reply({ cmd: 'puback', messageId, reasonCode: 0 });
      else if (packet.cmd === 'pingreq') reply({ cmd: 'pingresp' });
      else if (packet.cmd === 'puback' && messageId === MARKER_ID) this.settle('answered');
      else if (packet.cmd === 'subscribe') {
        reply({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
        if (!packet.subscriptions.some(({ topic }) => topic.startsWith('plant/'))) return;
        this.source = socket;
        this.arrived?.();
      }
    });
  }
}

/** The real world with shorter pauses, so that a lost connection is made again at once. */
function hastyEnv(): Env {
  const env = systemEnv();
  return { ...env, setTimer: (delayMs, body) => env.setTimer(delayMs / FASTER, body) };
}

/** A running agent behind a broker that sends damaged packets: it stays live, answers the marker, and its account balances. */
export async function mqttIngest(folder: string): Promise<FuzzTarget> {
  const broker = new HostileBroker();
  const brokerUrl = await broker.listen();
  const signing = makeSigning(join(folder, 'trust.json'));
  const bundleFile = join(folder, 'fuzz-1.littoral.zip');
  writeFileSync(bundleFile, await makeBundle({ plan: countingPlan({ lake: false }), signing, release: 1, recording: [valueLine('a', T0, 1)] }));
  const agent: AgentHandle = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl, bundleFile, env: hastyEnv() });
  let markers = 0;
  let answered = 0;
  return {
    seeds: brokerPackets(),
    words: [Uint8Array.of(0xff, 0xff, 0xff, 0x7f), Buffer.from('plant/d1/value'), Buffer.from(`{"tMs":${T0},"value":1}`)],
    bytesMax: 1 << 14,
    async take(input) {
      const payload = `{"tMs":${T0 + markers++},"value":1}`;
      const outcome = await broker.send(input, generate({ cmd: 'publish', topic: 'plant/marker/value', payload, qos: 1, messageId: MARKER_ID, dup: false, retain: false }, V5));
      const status = agent.status();
      if (status.state !== 'live') throw new Error(`the agent is ${status.state}`);
      const counters = status['counters'] as { readonly conservationError: number } | null;
      if (counters !== null && counters.conservationError !== 0) throw new Error(`conservation error ${counters.conservationError}`);
      if (outcome === 'answered') answered++;
      return outcome;
    },
    async finish() {
      if (markers > INPUTS_UNTIL_ANSWER && answered === 0) throw new Error(`none of ${markers} markers was answered`);
      await agent.stop();
      broker.close();
    }
  };
}
