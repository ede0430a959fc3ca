import net from 'node:net';
import { generate } from 'mqtt-packet';

/** Publishes readings of 100 devices at QoS 0: `<port> <messages per second> <seconds> <start ms>`. Says how many when all are sent. */
const [port = 0, perSecond = 0, seconds = 0, startMs = 0] = process.argv.slice(2).map(Number);
const BURST_MS = 5;
const DEVICES = 100;

const socket = net.connect(port, '127.0.0.1');
socket.setNoDelay(true);
socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: `generator-${process.pid}`, clean: true, keepalive: 0 }));
let sent = 0;

function publishUpTo(count: number): void {
  const packets: Buffer[] = [];
  for (; sent < count; sent++) {
    const tMs = startMs + Math.floor((sent * 1_000) / perSecond);
    const payload = `{"tMs":${tMs},"value":${((sent * 7919) % 4_000) / 16 - 10},"unit":"m/s2","ok":true}`;
    packets.push(generate({ cmd: 'publish', topic: `plant/d${sent % DEVICES}/value`, payload, qos: 0, dup: false, retain: false }));
  }
  if (packets.length > 0) socket.write(Buffer.concat(packets));
}

socket.once('data', () => {
  const total = perSecond * seconds;
  const started = performance.now();
  const timer = setInterval(() => {
    publishUpTo(Math.min(total, Math.floor(((performance.now() - started) * perSecond) / 1_000)));
    if (sent < total) return;
    clearInterval(timer);
    socket.end(generate({ cmd: 'disconnect' }));
    socket.once('close', () => process.stdout.write(`sent ${sent}\n`));
  }, BURST_MS);
});
