import net from 'node:net';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';
import { WaitTimes } from './wait-times';

/**
 * A broker that feeds one subscriber as fast as it is told, so that every acknowledgement is timed at the wire:
 * `{"rateHz","seconds","qos"}`. Says `port N`, and at the end `report {…}`.
 */
export interface FeedOptions {
  readonly rateHz: number;
  readonly seconds: number;
  readonly qos: 1 | 2;
}
export interface FeedReport {
  readonly sent: number;
  /** Acknowledged to the end: PUBACK, or PUBCOMP. */
  readonly finished: number;
  /** From the first message sent to the last acknowledgement. */
  readonly seconds: number;
  /** From the write of a message to its PUBACK or PUBREC. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Ticks in which messages had to wait because the receiver had not acknowledged enough of the former ones. */
  readonly heldTicks: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as FeedOptions;
const PAYLOAD_BYTES = 200;
const DEVICES = 100;
const TICK_MS = 1;
const V5 = { protocolVersion: 5 };
const PACKET_ID_MAX = 65_535;
const START_MS = Date.UTC(2026, 0, 1);

const total = options.rateHz * options.seconds;
const sentMs = new Float64Array(PACKET_ID_MAX + 1);
const times = new WaitTimes();
const free: number[] = [];
let inFlightMax = PACKET_ID_MAX;
let sent = 0;
let finished = 0;
let heldTicks = 0;
let startedMs = 0;
let feeding = false;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function payloadOf(n: number): string {
  const head = `{"tMs":${START_MS + Math.floor((n * 1_000) / options.rateHz)},"value":${((n * 7919) % 4_000) / 16 - 10},"pad":"`;
  return `${head}${'x'.repeat(PAYLOAD_BYTES - head.length - 2)}"}`;
}

function feed(socket: net.Socket): void {
  for (let id = Math.min(inFlightMax, PACKET_ID_MAX); id > 0; id--) free.push(id);
  startedMs = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) * options.rateHz) / 1_000));
    const packets: Buffer[] = [];
    for (; sent < due && free.length > 0; sent++) {
      const messageId = free.pop() ?? 0;
      sentMs[messageId] = performance.now();
      packets.push(generate({ cmd: 'publish', topic: `plant/d${sent % DEVICES}/value`, payload: payloadOf(sent), qos: options.qos, messageId, dup: false, retain: false }, V5));
    }
    if (sent < due) heldTicks++;
    if (packets.length > 0) socket.write(Buffer.concat(packets));
    if (finished < total) return;
    clearInterval(timer);
    say(`report ${JSON.stringify({ sent, finished, seconds: (performance.now() - startedMs) / 1_000, p50Ms: times.quantile(0.5), p99Ms: times.quantile(0.99), maxMs: times.maxMs, heldTicks } satisfies FeedReport)}`);
  }, TICK_MS);
}

function done(messageId: number): void {
  finished++;
  free.push(messageId);
}

function answer(packet: Packet, socket: net.Socket): void {
  const messageId = packet.messageId ?? 0;
  const reply = (body: Packet): void => void socket.write(generate(body, V5));
  switch (packet.cmd) {
    case 'connect':
      inFlightMax = Math.min(inFlightMax, receiveMaximum(packet));
      return reply({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false });
    case 'subscribe':
      reply({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
      if (!feeding) feed(socket);
      feeding = true;
      return;
    case 'publish':
      return packet.qos === 1 ? reply({ cmd: 'puback', messageId, reasonCode: 0 }) : undefined;
    case 'puback':
      times.add(performance.now() - (sentMs[messageId] ?? 0));
      return done(messageId);
    case 'pubrec':
      times.add(performance.now() - (sentMs[messageId] ?? 0));
      return reply({ cmd: 'pubrel', messageId, reasonCode: 0 });
    case 'pubcomp':
      return done(messageId);
    case 'pingreq':
      return reply({ cmd: 'pingresp' });
    case 'unsubscribe':
      return reply({ cmd: 'unsuback', messageId, granted: [] });
  }
}

function receiveMaximum(packet: IConnectPacket): number {
  return packet.properties?.receiveMaximum ?? PACKET_ID_MAX;
}

const server = net.createServer(socket => {
  const reader = parser(V5);
  socket.setNoDelay(true);
  reader.on('packet', packet => answer(packet, socket));
  socket.on('data', bytes => reader.parse(bytes));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') say(`port ${address.port}`);
});
