import mqtt from 'mqtt';

/** Job J1 as one writes it by hand on mqtt.js: nothing durable, no late records, one window per device. Says `ready`, then `seen N` on SIGUSR2. */
interface Window {
  startMs: number;
  n: number;
  mean: number;
  m2: number;
  min: number;
  max: number;
}
const SIZE_MS = 1_000;
const windows = new Map<string, Window>();
let seen = 0;

const client = mqtt.connect(process.argv[2] ?? '');
client.on('connect', () => client.subscribe('plant/+/value', { qos: 0 }, () => process.stdout.write('ready\n')));
client.on('message', (topic, bytes) => {
  seen++;
  const { tMs, value } = JSON.parse(bytes.toString()) as { tMs: number; value: number };
  if (!(value > 0)) return;
  const device = topic.split('/')[1] ?? '';
  const startMs = tMs - (tMs % SIZE_MS);
  let window = windows.get(device);
  if (window !== undefined && startMs > window.startMs) {
    publish(device, window);
    window = undefined;
  }
  if (window === undefined) {
    window = { startMs, n: 0, mean: 0, m2: 0, min: Infinity, max: -Infinity };
    windows.set(device, window);
  }
  window.n++;
  const delta = value - window.mean;
  window.mean += delta / window.n;
  window.m2 += delta * (value - window.mean);
  window.min = Math.min(window.min, value);
  window.max = Math.max(window.max, value);
});

function publish(device: string, { startMs, n, mean, m2, min, max }: Window): void {
  client.publish(`out/${device}`, JSON.stringify({ device, windowStartMs: startMs, windowEndMs: startMs + SIZE_MS, n, mean, min, max, sd: n > 1 ? Math.sqrt(m2 / (n - 1)) : null }), { qos: 0 });
}

process.on('SIGUSR2', () => process.stdout.write(`seen ${seen}\n`));
