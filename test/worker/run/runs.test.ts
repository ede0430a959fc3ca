import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { Plan } from '../../../engine/plan/plan';
import { Connections } from '../../../worker/connection/connections';
import type { RunSnapshot, StreamsEvent } from '../../../worker/protocol';
import { Recordings } from '../../../worker/recording/recordings';
import type { Inference } from '../../../worker/run/inference';
import { mqttSink } from '../../../worker/run/mqtt-sink';
import { Replays } from '../../../worker/run/replays';
import { Runs } from '../../../worker/run/runs';
import type { Sink } from '../../../worker/run/sink';
import { ManualClock, settled } from '../support/manual-clock';
import { MemoryBroker } from '../support/memory-broker';
import { MemoryStore } from '../support/memory-store';
import { smallPlan } from '../support/small-plan';

const T0 = 1_700_000_000_000;
const noModels: Inference = { infer: () => Promise.reject(new Error('no model is asked for')), dispose: () => Promise.resolve() };

interface World {
  readonly runs: Runs;
  readonly replays: Replays;
  readonly recordings: Recordings;
  readonly connections: Connections;
  readonly broker: MemoryBroker;
  readonly clock: ManualClock;
  readonly events: StreamsEvent[];
  send(device: string, offsetMs: number, value: number | string): void;
  only(): RunSnapshot;
}

async function build(): Promise<World> {
  const broker = new MemoryBroker();
  const clock = new ManualClock(T0);
  const events: StreamsEvent[] = [];
  const emit = (event: StreamsEvent): void => void events.push(event);
  const connections = new Connections({ transport: broker, clock, random: () => 1, emit });
  await connections.add({ name: 'plant', url: 'ws://x' });
  await connections.get('plant').connect();
  const recordings = new Recordings({ store: Promise.resolve(new MemoryStore()), clock, emit });
  const loadModels = (): Promise<Inference> => Promise.resolve(noModels);
  const openSinks = (plan: Plan, graph: ReturnType<typeof createGraph>): Promise<ReadonlyMap<string, Sink>> => {
    const sinks = new Map<string, Sink>();
    for (const node of plan.nodes) {
      if (node.op === 'sink' && node.config.connector === 'mqtt') sinks.set(node.config.name, mqttSink(node.config, graph.types.get(node.input)?.schema ?? { fields: [] }, connections.get('plant')));
    }
    return Promise.resolve(sinks);
  };
  const runs = new Runs({ connections, recordings, clock, emit, createGraph, loadModels, openSinks });
  const replays = new Replays({ recordings, clock, createGraph, loadModels });
  const send = (device: string, offsetMs: number, value: number | string): void => broker.send(`plant/${device}`, JSON.stringify({ device, tMs: T0 + offsetMs, value }));
  const only = (): RunSnapshot => {
    const [snapshot] = runs.list();
    if (snapshot === undefined) throw new Error('there is no run');
    return snapshot;
  };
  return { runs, replays, recordings, connections, broker, clock, events, send, only };
}

describe('a live run', () => {
  it('of a source that only the edge can take is refused with words that say so', async () => {
    const { runs } = await build();
    const plan = smallPlan();
    const filesPlan: Plan = { ...plan, nodes: plan.nodes.map(node => (node.op === 'source' ? { ...node, config: { ...node.config, connector: 'file' as const, framing: 'lines' as const, from: 'start' as const } } : node)) };
    await expect(runs.start({ plan: filesPlan, models: {}, publish: true })).rejects.toMatchObject({ code: 'EDGE_SOURCE' });
  });

  it('steps once per frame, publishes its results and accounts for every record when stopped', async () => {
    const { runs, broker, clock, send, only } = await build();
    const runId = await runs.start({ plan: smallPlan(), models: {}, publish: true });
    send('a', 0, 1);
    send('a', 500, 3);
    expect(only().rowsIn).toBe(0);
    await clock.advance(16);
    expect(only()).toMatchObject({ state: 'live', rowsIn: 2, rowsInState: 2, rowsOut: { out: 0 } });
    send('a', 1_000, 9);
    send('a', 200, 9);
    broker.send('plant/a', 'nonsense');
    await clock.advance(16);
    expect(broker.published).toEqual([{ topic: 'out/a', text: `{"device":"a","windowStartMs":${T0},"windowEndMs":${T0 + 1_000},"n":2,"mean":2}` }]);
    const report = await runs.stop(runId);
    expect(report).toMatchObject({ rowsIn: 5, rowsOut: { out: 1 }, late: 1, conservationError: 0 });
    const snapshot = only();
    expect(snapshot).toMatchObject({ state: 'stopped', late: 1, rowsInState: 1, chart: { column: 'mean', keys: ['a'], timesMs: [T0 + 999], values: [[2]] } });
    expect(snapshot.lastRows).toEqual([{ sink: 'out', eventTimeMs: T0 + 999, at: 2, row: { device: 'a', windowStartMs: T0, windowEndMs: T0 + 1_000, n: 2, mean: 2 } }]);
    expect(snapshot.problems.map(problem => problem.kind)).toEqual(['late', 'deadLetter']);
    expect(snapshot.latencyMs?.p99).toBeGreaterThanOrEqual(16);
    expect(broker.filters()).toEqual([]);
  });

  it('sends idle ticks while nothing arrives, so that a silent device does not hold the others up', async () => {
    const { runs, clock, send, only } = await build();
    await runs.start({ plan: smallPlan({ idleTimeoutMs: 1_000 }), models: {}, publish: false });
    send('a', 0, 1);
    send('b', 0, 1);
    await clock.advance(16);
    for (let second = 1; second <= 4; second += 1) {
      send('a', second * 1_000, 1);
      await clock.advance(1_000);
    }
    expect(only().rowsOut['out']).toBeGreaterThanOrEqual(2);
  });

  it('keeps what arrives while it is paused and goes on with it', async () => {
    const { runs, clock, send, only } = await build();
    const runId = await runs.start({ plan: smallPlan(), models: {}, publish: false });
    runs.pause(runId, true);
    send('a', 0, 1);
    await clock.advance(1_000);
    expect(only()).toMatchObject({ state: 'paused', rowsIn: 0 });
    runs.pause(runId, false);
    await clock.advance(16);
    expect(only()).toMatchObject({ state: 'live', rowsIn: 1 });
  });

  it('shows that its broker is away, goes on when it is back, and names rows that it could not publish', async () => {
    const { runs, broker, clock, send, only } = await build();
    await runs.start({ plan: smallPlan(), models: {}, publish: true });
    send('a', 0, 1);
    send('a', 1_000, 1);
    broker.drop();
    await clock.advance(16);
    expect(only()).toMatchObject({ state: 'reconnecting', rowsIn: 2, error: { code: 'NOT_CONNECTED' } });
    await clock.advance(1_000);
    send('a', 2_000, 1);
    await clock.advance(16);
    expect(only()).toMatchObject({ state: 'live', rowsIn: 3 });
    expect(broker.published).toHaveLength(1);
  });

  it('ends by itself after its time, and what it was started with can be asked for', async () => {
    const { runs, clock, only } = await build();
    const start = { plan: smallPlan(), models: {}, publish: false, seconds: 3 };
    const runId = await runs.start(start);
    const done = runs.done(runId);
    await clock.advance(3_000);
    expect((await done).rowsIn).toBe(0);
    expect(only()).toMatchObject({ state: 'stopped', elapsedMs: 3_000 });
    expect(runs.startOf(runId)).toBe(start);
  });

  it('fails with a sentence when its connection is removed', async () => {
    const { runs, connections, only } = await build();
    const runId = await runs.start({ plan: smallPlan(), models: {}, publish: false });
    const failed = expect(runs.done(runId)).rejects.toMatchObject({ code: 'CONNECTION_REMOVED' });
    await connections.remove('plant');
    await failed;
    expect(only()).toMatchObject({ state: 'failed', error: { code: 'CONNECTION_REMOVED' } });
  });

  it('tells watchers points and the end, and a late watcher gets the whole picture', async () => {
    const { runs, clock, send } = await build();
    const runId = await runs.start({ plan: smallPlan({ slo: { p99LatencyMs: 100 } }), models: {}, publish: false });
    const { port1, port2 } = new MessageChannel();
    const seen: { kind: string; snapshot?: RunSnapshot }[] = [];
    port1.onmessage = event => seen.push(event.data as { kind: string });
    runs.watch(runId, port2);
    for (let second = 0; second < 3; second += 1) send('a', second * 1_000, second);
    await clock.advance(1_100);
    await runs.stop(runId);
    await settled();
    expect(seen.map(message => message.kind)).toEqual(['snapshot', 'points', 'snapshot', 'snapshot', 'end']);
    expect(seen[4]?.snapshot).toMatchObject({ state: 'stopped', slo: [{ name: 'p99 latency', ok: true, expected: '≤ 100 ms' }] });
    const late = new MessageChannel();
    const last = new Promise<RunSnapshot>(done => (late.port1.onmessage = event => event.data.kind === 'end' && done((event.data as { snapshot: RunSnapshot }).snapshot)));
    runs.watch(runId, late.port2);
    expect((await last).chart.values).toEqual([[0, 1]]);
    port1.close();
    late.port1.close();
  });
});

describe('runs and replays of a recording', () => {
  const ndjson = [
    { arrivalTimeMs: T0 + 10, topic: 'plant/a', payload: { device: 'a', tMs: T0, value: 1 } },
    { arrivalTimeMs: T0 + 1_500, topic: 'plant/a', payload: { device: 'a', tMs: T0 + 1_400, value: 3 } },
    { arrivalTimeMs: T0 + 1_600, topic: 'elsewhere', payload: 1 },
    { arrivalTimeMs: T0 + 2_000, tick: true }
  ]
    .map(line => `${JSON.stringify(line)}\n`)
    .join('');

  it('give the same rows at any speed', async () => {
    const { runs, replays, recordings, clock } = await build();
    await recordings.import('rec', new TextEncoder().encode(ndjson));
    const { report } = await replays.replay(smallPlan(), {}, 'rec');
    expect(report).toMatchObject({ rowsIn: 2, rowsOut: { out: 2 }, conservationError: 0 });
    const atOnce = await runs.start({ plan: smallPlan(), models: {}, publish: false, recording: { name: 'rec', speed: Infinity } });
    expect((await runs.done(atOnce)).outputSha256).toBe(report.outputSha256);
    const slow = await runs.start({ plan: smallPlan(), models: {}, publish: false, recording: { name: 'rec', speed: 2 } });
    const done = runs.done(slow);
    await clock.advance(700);
    expect(runs.list()[1]).toMatchObject({ state: 'live', rowsIn: 1 });
    await clock.advance(400);
    expect((await done).outputSha256).toBe(report.outputSha256);
  });

  it('validate against expected rows and goals, and show what differs', async () => {
    const { replays, recordings } = await build();
    await recordings.import('rec', new TextEncoder().encode(ndjson));
    const { rows } = await replays.replay(smallPlan(), {}, 'rec');
    expect((await replays.validate(smallPlan(), {}, 'rec', { expect: rows, slo: { lateShareMax: 0 } })).ok).toBe(true);
    const wrong = rows.map((row, index) => (index === 1 ? { ...row, row: { ...row.row, mean: 4 } } : row));
    const validation = await replays.validate(smallPlan(), {}, 'rec', { expect: wrong });
    expect(validation.ok).toBe(false);
    expect(validation.checks.filter(check => !check.ok)).toEqual([{ name: 'expected rows', ok: false, seen: '1 of 2 differ', expected: '2 equal' }]);
    expect(validation.differences).toMatchObject([{ index: 1, expected: { row: { mean: 4 } }, seen: { row: { mean: 3 } } }]);
  });
});
