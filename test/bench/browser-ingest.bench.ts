import net from 'node:net';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import mqttPacket from 'mqtt-packet';
import type { Page } from 'playwright-core';
import type { Plan } from '../../engine/plan/plan';
import { launchBrowser } from '../e2e/support/browser';
import { startMosquitto } from '../e2e/support/mosquitto';
import type { Mosquitto } from '../e2e/support/mosquitto';
import { openWorkerPage, startWorkerPage } from '../e2e/support/worker-page';
import { benchResult } from './bench-result';
import type { BenchResult } from './bench-result';

const DEVICES = 100;
const STEADY_PER_S = 10_000;
const STEADY_S = 5;
const FLOOD = 50_000;
const RUNS = 3;
const COUNTED_WITHIN_MS = 60_000;

/**
 * Ingest from Mosquitto over WebSocket, one message per frame (that is how Mosquitto sends): decoded, windowed per device and
 * counted in the engine worker. The reference is mqtt.js as published, with JSON.parse and a sum per device in a worker of its own.
 */
export async function bench(): Promise<BenchResult[]> {
  const [browser, broker, site] = await Promise.all([launchBrowser(), startMosquitto(), startWorkerPage({ '/reference.js': await buildReference() })]);
  try {
    const page = await browser.newPage();
    await openWorkerPage(page, site.url);
    await page.evaluate(async url => {
      await window.littoral.engine.service.addConnection({ name: 'plant', url });
      await window.littoral.engine.service.connect('plant');
    }, broker.wsUrl);
    const ours: number[] = [];
    const theirs: number[] = [];
    const gaps: number[] = [];
    const delays: number[] = [];
    const idleGaps: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      idleGaps.push(await longestGap(page, () => page.waitForTimeout(1_000)));
      gaps.push(await longestGap(page, async () => void delays.push(await steady(page, broker))));
      ours.push(await flood(page, broker));
      theirs.push(await floodReference(page, broker));
    }
    return [
      benchResult({ name: 'browser ingest, flat out, no loss', unit: 'messages/s', reference: 'mqtt.js as published, JSON.parse and a sum', values: ours, referenceValues: theirs }),
      benchResult({ name: `browser ingest at ${STEADY_PER_S} messages/s, no loss: the last is counted after`, unit: 'ms', reference: 'none', values: delays, referenceValues: delays }),
      benchResult({ name: `browser ingest at ${STEADY_PER_S} messages/s, no loss: longest gap between frames of the page`, unit: 'ms', reference: 'page without ingest', values: gaps, referenceValues: idleGaps })
    ];
  } finally {
    await browser.close();
    await Promise.all([broker.close(), site.close()]);
  }
}

const plan: Plan = {
  littoralPlan: 1,
  name: 'ingest',
  nodes: [
    {
      id: 'source',
      op: 'source',
      config: {
        connector: 'mqtt',
        topic: 'bench/+',
        connection: 'plant',
        decoder: { format: 'json' },
        schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }, { name: 'seq', type: 'int64', nullable: false }] },
        eventTime: 'tMs',
        maxOutOfOrdernessMs: 100,
        maxFutureSkewMs: 60_000,
        idleTimeoutMs: null,
        watermarkPer: 'source'
      }
    },
    { id: 'key', op: 'keyBy', input: 'source', config: { columns: ['device'] } },
    {
      id: 'window',
      op: 'window',
      input: 'key',
      config: {
        window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 },
        aggregates: [{ name: 'n', fn: 'count' }, { name: 'mean', fn: 'mean', column: 'value' }, { name: 'max', fn: 'max', column: 'value' }],
        allowedLatenessMs: 0,
        latePolicy: 'drop',
        emit: 'onClose'
      }
    },
    { id: 'out', op: 'sink', input: 'window', config: { connector: 'mqtt', name: 'out', topic: 'bench-out/{device}', connection: 'plant', qos: 0, retain: false } }
  ]
};

/** Milliseconds from the last message sent to the last one counted: what the page lags behind a steady rate. */
async function steady(page: Page, broker: Mosquitto): Promise<number> {
  const runId = await startRun(page);
  const count = STEADY_PER_S * STEADY_S;
  await publish(broker, count, STEADY_PER_S);
  const sentAtMs = performance.now();
  await counted(page, runId, count);
  const delayMs = performance.now() - sentAtMs;
  await stopRun(page, runId, count);
  return delayMs;
}

/** Messages per second when the broker has everything to send at once. */
async function flood(page: Page, broker: Mosquitto): Promise<number> {
  const runId = await startRun(page);
  const beganAtMs = performance.now();
  await publish(broker, FLOOD, Infinity);
  await counted(page, runId, FLOOD);
  const elapsedS = (performance.now() - beganAtMs) / 1_000;
  await stopRun(page, runId, FLOOD);
  return FLOOD / elapsedS;
}

async function floodReference(page: Page, broker: Mosquitto): Promise<number> {
  await page.evaluate(url => {
    const worker = new Worker('/reference.js');
    Object.assign(window, { reference: worker, referenceCount: 0 });
    return new Promise<void>(ready => {
      worker.onmessage = event => {
        if (event.data === 'ready') ready();
        else Object.assign(window, { referenceCount: event.data });
      };
      worker.postMessage(url);
    });
  }, broker.wsUrl);
  const beganAtMs = performance.now();
  await publish(broker, FLOOD, Infinity);
  await page.waitForFunction(wanted => (window as unknown as { referenceCount: number }).referenceCount >= wanted, FLOOD, { timeout: 60_000, polling: 20 });
  const elapsedS = (performance.now() - beganAtMs) / 1_000;
  await page.evaluate(() => (window as unknown as { reference: Worker }).reference.terminate());
  return FLOOD / elapsedS;
}

function startRun(page: Page): Promise<string> {
  return page.evaluate(json => window.littoral.engine.service.startRun({ plan: json, models: {}, publish: false }), plan);
}

async function counted(page: Page, runId: string, wanted: number): Promise<void> {
  const deadlineMs = performance.now() + COUNTED_WITHIN_MS;
  const rowsIn = (): Promise<number> => page.evaluate(async id => (await window.littoral.engine.service.runs()).find(run => run.runId === id)?.rowsIn ?? 0, runId);
  for (let rows = await rowsIn(); rows < wanted; rows = await rowsIn()) {
    if (performance.now() > deadlineMs) throw new Error(`${rows} of ${wanted} messages were counted ${COUNTED_WITHIN_MS} ms after the last was sent`);
    await page.waitForTimeout(50);
  }
}

async function stopRun(page: Page, runId: string, wanted: number): Promise<void> {
  const report = await page.evaluate(id => window.littoral.engine.service.stopRun(id), runId);
  if (report.rowsIn !== wanted || report.conservationError !== 0) throw new Error(`${wanted} messages sent, ${report.rowsIn} counted, conservation error ${report.conservationError}`);
}

/** Longest time between two animation frames of the page while `action` runs. */
async function longestGap(page: Page, action: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const watch = { longest: 0, last: performance.now(), on: true };
    Object.assign(window, { watch });
    const frame = (): void => {
      const now = performance.now();
      watch.longest = Math.max(watch.longest, now - watch.last);
      watch.last = now;
      if (watch.on) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await action();
  return await page.evaluate(() => {
    const { watch } = window as unknown as { watch: { longest: number; on: boolean } };
    watch.on = false;
    return watch.longest;
  });
}

/** Publishes QoS 0 messages of about 90 bytes over TCP, paced in steps of 10 ms. */
async function publish(broker: Mosquitto, count: number, perS: number): Promise<void> {
  const socket = net.connect(broker.tcpPort, '127.0.0.1');
  await new Promise(done => socket.once('connect', done));
  socket.write(mqttPacket.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: `bench-${process.pid}`, keepalive: 0 }));
  await new Promise(done => socket.once('data', done));
  const beganAtMs = performance.now();
  let sent = 0;
  while (sent < count) {
    const due = Math.min(count, perS === Infinity ? sent + 1_000 : Math.ceil(((performance.now() - beganAtMs) / 1_000) * perS));
    const packets: Buffer[] = [];
    for (; sent < due; sent += 1) packets.push(packet(sent));
    if (!socket.write(Buffer.concat(packets))) await new Promise(done => socket.once('drain', done));
    if (perS !== Infinity) await new Promise(done => setTimeout(done, 10));
  }
  await new Promise<void>(done => socket.end(mqttPacket.generate({ cmd: 'disconnect' }), () => done()));
}

function packet(index: number): Buffer {
  const device = `d${index % DEVICES}`;
  const payload = JSON.stringify({ device, tMs: Date.now(), value: Math.round(Math.sin(index) * 1e6) / 1e6, seq: index });
  return mqttPacket.generate({ cmd: 'publish', topic: `bench/${device}`, payload, qos: 0, retain: false, dup: false });
}

/** A worker as people write it: the published browser bundle, a parse and a sum per message. */
async function buildReference(): Promise<string> {
  const root = process.cwd();
  const outfile = join(root, '.cache/bench/ingest-reference.js');
  const contents = `
    import mqtt from 'mqtt';
    let count = 0;
    const sums = new Map();
    self.onmessage = ({ data: url }) => {
      const client = mqtt.connect(url, { protocolVersion: 5 });
      client.on('connect', () => client.subscribe('bench/+', { qos: 0 }, () => self.postMessage('ready')));
      client.on('message', (topic, payload) => {
        const row = JSON.parse(payload.toString());
        const sum = sums.get(row.device) ?? { n: 0, total: 0, max: -Infinity };
        sum.n += 1;
        sum.total += row.value;
        sum.max = Math.max(sum.max, row.value);
        sums.set(row.device, sum);
        count += 1;
      });
      setInterval(() => self.postMessage(count), 20);
    };`;
  await esbuild.build({ stdin: { contents, resolveDir: root }, bundle: true, format: 'iife', platform: 'browser', outfile, minify: true, logLevel: 'error', define: { global: 'globalThis' } });
  return outfile;
}
