import mqtt from 'mqtt';
import { IN_FILTER, OUT_TOPIC, type Job } from './job';

/**
 * The jobs as one writes them by hand on mqtt.js: J1 keeps a window per device in memory; J3 has a persistent session and
 * lets a message go only when its result is acknowledged (`handleMessage`), which is the most that mqtt.js offers.
 */
const { url, job } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly job: Job };

interface Reading {
  readonly device: string;
  readonly t: number;
  readonly n: number;
  readonly value: number;
}
interface Window {
  n: number;
  mean: number;
  m2: number;
  min: number;
  max: number;
}
const SIZE_MS = 1_000;
let windows = new Map<string, Window>();
let startMs = -Infinity;

const client = mqtt.connect(url, job.qos === 1 ? { clientId: 'worker', clean: false } : {});
/** Of its own, because a client that waits for an acknowledgement in `handleMessage` does not read it. */
const publisher = job.qos === 1 ? mqtt.connect(url) : client;

function window({ device, t, value }: Reading): void {
  const start = t - (t % SIZE_MS);
  if (start > startMs) {
    for (const [key, { n, mean, m2, min, max }] of windows) client.publish(OUT_TOPIC, JSON.stringify({ device: key, windowStartMs: startMs, windowEndMs: startMs + SIZE_MS, n, mean, min, max, sd: n > 1 ? Math.sqrt(m2 / (n - 1)) : null }));
    windows = new Map();
    startMs = start;
  }
  if (!(value > 0)) return;
  let open = windows.get(device);
  if (open === undefined) windows.set(device, (open = { n: 0, mean: 0, m2: 0, min: Infinity, max: -Infinity }));
  open.n++;
  const delta = value - open.mean;
  open.mean += delta / open.n;
  open.m2 += delta * (value - open.mean);
  open.min = Math.min(open.min, value);
  open.max = Math.max(open.max, value);
}

const result = ({ n, value }: Reading): string => JSON.stringify({ n, f: value * 1.8 + 32 });

if (job.name === 'J3') {
  client.handleMessage = (packet, done) => {
    const reading = JSON.parse(packet.payload.toString()) as Reading;
    if (reading.value > 0) publisher.publish(OUT_TOPIC, result(reading), { qos: 1 }, error => done(error ?? undefined));
    else done();
  };
} else {
  client.on('message', (_topic, bytes) => {
    const reading = JSON.parse(bytes.toString()) as Reading;
    if (job.name === 'J1') window(reading);
    else if (reading.value > 0) client.publish(OUT_TOPIC, result(reading));
  });
}
client.on('connect', ({ sessionPresent }) => {
  if (sessionPresent) process.stdout.write('ready\n');
  else client.subscribe(IN_FILTER, { qos: job.qos }, () => process.stdout.write('ready\n'));
});
process.on('SIGTERM', () => client.end(false, {}, () => publisher.end(false, {}, () => process.exit(0))));
