import { generate } from 'mqtt-packet';
import { MessageCollector, WindowCollector, positiveCount } from './collector';
import { JOBS, OUT_TOPIC, payloadOf, topicOf } from './job';
import type { LoadOptions, LoadReport } from './load-report';
import { openLine, type MqttLine } from './mqtt-line';

/**
 * Generator and collector in one process: open loop in ticks of 1 ms. Says `ready`, `measuring`, `measured N`; from
 * then on `quiet` whenever nothing has come for a while. After SIGUSR2 it waits until everything has come out, or nothing more
 * comes, says `settled`, and then `report {…}`.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const TICK_MS = 1;
const QUIET_MS = 6_000;
const AFTER_COMPLETE_MS = 500;
/** A last reading so far ahead closes the windows of event time. */
const CLOSING_MS = 5_000;
const PACKET_ID_MAX = 65_535;

const { qos } = JOBS[options.job];
const warmUp = options.rateHz * options.warmUpS;
const total = warmUp + options.rateHz * options.runS;
const sentMs = new Float64Array(total);
const acked = new Uint8Array(total);
const idToN = new Int32Array(PACKET_ID_MAX + 1).fill(-1);
const messages = new MessageCollector(sentMs, n => qos === 0 || acked[n] === 1, warmUp);
const collector = options.job === 'J1' ? new WindowCollector() : messages;
let sent = 0;
let unacked = 0;
let finishing = false;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
process.on('SIGUSR2', () => (finishing = true));

function publishUpTo(count: number, publisher: MqttLine): void {
  const packets: Buffer[] = [];
  const timeMs = Date.now();
  for (; sent < count; sent++) {
    const messageId = (sent % PACKET_ID_MAX) + 1;
    if (qos === 1) {
      idToN[messageId] = sent;
      unacked++;
    }
    sentMs[sent] = performance.now();
    packets.push(generate({ cmd: 'publish', topic: topicOf(sent), payload: payloadOf(sent, timeMs), qos, dup: false, retain: false, ...(qos === 1 ? { messageId } : {}) }, { protocolVersion: 5 }));
  }
  if (packets.length > 0) publisher.write(Buffer.concat(packets));
}

/** Resolves when `total` readings are sent, at their times. */
function publishAll(publisher: MqttLine): Promise<void> {
  const startedMs = performance.now();
  let measuring = false;
  return new Promise(done => {
    const timer = setInterval(() => {
      publishUpTo(Math.min(total, Math.floor(((performance.now() - startedMs) * options.rateHz) / 1_000)), publisher);
      if (!measuring && sent >= warmUp) {
        measuring = true;
        say('measuring');
      }
      if (sent < total) return;
      clearInterval(timer);
      say(`measured ${total - warmUp}`);
      done();
    }, TICK_MS);
  });
}

/** Resolves when everything came, or nothing more comes. */
function settled(): Promise<void> {
  let lastTaken = -1;
  let saidSettled = false;
  let changedMs = performance.now();
  return new Promise(done => {
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (collector.taken !== lastTaken || (!finishing && nowMs - changedMs >= QUIET_MS)) {
        if (collector.taken === lastTaken) say('quiet');
        lastTaken = collector.taken;
        changedMs = nowMs;
      }
      if (!finishing) return;
      const complete = collector.complete(total);
      const quietMs = nowMs - changedMs;
      if (!saidSettled && (complete || quietMs >= QUIET_MS)) {
        saidSettled = true;
        say('settled');
      }
      if (quietMs < (complete ? AFTER_COMPLETE_MS : QUIET_MS)) return;
      clearInterval(timer);
      done();
    }, 50);
  });
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

const receiver = await openLine(options.port, `collector-${process.pid}`, packet => {
  if (packet.cmd === 'suback') say('ready');
  if (packet.cmd !== 'publish') return;
  const id = packet.properties?.userProperties?.['littoral-id'];
  collector.take(packet.payload.toString(), performance.now(), typeof id === 'string' ? id : undefined);
  if (packet.qos === 1) receiver.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
});
const publisher = await openLine(options.port, `generator-${process.pid}`, packet => {
  if (packet.cmd !== 'puback') return;
  const n = idToN[packet.messageId ?? 0] ?? -1;
  if (n < 0) return;
  acked[n] = 1;
  unacked--;
});
receiver.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: OUT_TOPIC, qos }] });
await publishAll(publisher);
if (options.job === 'J1') publisher.send({ cmd: 'publish', topic: topicOf(0), payload: payloadOf(0, Date.now() + CLOSING_MS, '-1'), qos: 0, dup: false, retain: false });
await settled();
const latencies = messages.latenciesMs.sort((a, b) => a - b);
const report: LoadReport = {
  published: total - unacked,
  ...collector.account(total),
  p50Ms: quantile(latencies, 0.5),
  p99Ms: quantile(latencies, 0.99)
};
if (report.expected > positiveCount(total)) throw new Error('load: more results expected than readings sent');
say(`report ${JSON.stringify(report)}`);
receiver.end();
publisher.end();
