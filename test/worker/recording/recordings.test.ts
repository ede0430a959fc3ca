import { describe, expect, it } from 'vitest';
import { Connection } from '../../../worker/connection/connection';
import { Recordings } from '../../../worker/recording/recordings';
import { ManualClock, settled } from '../support/manual-clock';
import { MemoryBroker } from '../support/memory-broker';
import { MemoryStore } from '../support/memory-store';

async function build(store = new MemoryStore()): Promise<{ recordings: Recordings; connection: Connection; broker: MemoryBroker; clock: ManualClock; store: MemoryStore }> {
  const broker = new MemoryBroker();
  const clock = new ManualClock();
  const connection = new Connection({ name: 'plant', url: 'ws://x' }, { transport: broker, clock, random: () => 1, onChange: () => undefined });
  await connection.connect();
  return { recordings: new Recordings({ store: Promise.resolve(store), clock, emit: () => undefined }), connection, broker, clock, store };
}

async function textOf(recordings: Recordings, name: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of await recordings.read(name)) text += decoder.decode(piece, { stream: true });
  return text;
}

describe('recordings', () => {
  it('write messages as they came, in order, and end by themselves', async () => {
    const { recordings, connection, broker, clock } = await build();
    const { name } = await recordings.start(connection, 'plant/+', { seconds: 2 });
    expect(name).toBe('plant-1');
    broker.send('plant/a', '{"x":1}');
    await clock.advance(500);
    broker.send('plant/b', new Uint8Array([255, 0]), { retain: true });
    const done = recordings.done(name);
    await clock.advance(1_500);
    expect(await done).toMatchObject({ messages: 2, durationMs: 2_000, state: 'complete' });
    expect(await textOf(recordings, name)).toBe(
      '{"arrivalTimeMs":1700000000000,"topic":"plant/a","payload":{"x":1}}\n' +
        '{"arrivalTimeMs":1700000000500,"topic":"plant/b","payloadBase64":"/wA=","retain":true}\n' +
        '{"arrivalTimeMs":1700000001500,"tick":true}\n'
    );
  });

  it('survive a reload as interrupted, without half a last line', async () => {
    const first = await build();
    await first.recordings.start(first.connection, 'plant/+', { name: 'cut' });
    first.broker.send('plant/a', '{"x":1}');
    await first.clock.advance(300);
    const bytes = first.store.bytes.get('cut') ?? new Uint8Array(0);
    first.store.bytes.set('cut', new Uint8Array([...bytes, ...new TextEncoder().encode('{"arrivalTimeMs":17000')]));
    first.store.open.clear();
    const second = await build(first.store);
    expect(await second.recordings.list()).toMatchObject([{ name: 'cut', state: 'interrupted', messages: 1, bytes: bytes.length }]);
    expect(await textOf(second.recordings, 'cut')).toBe('{"arrivalTimeMs":1700000000000,"topic":"plant/a","payload":{"x":1}}\n');
  });

  it('leave alone what another page is recording', async () => {
    const first = await build();
    await first.recordings.start(first.connection, 'plant/+', { name: 'busy' });
    const second = await build(first.store);
    expect(await second.recordings.list()).toMatchObject([{ name: 'busy', state: 'recording' }]);
  });

  it('stop cleanly on a full disk, keep what they have and say it in one sentence', async () => {
    const { recordings, connection, broker, clock, store } = await build();
    store.bytesMax = 100;
    await recordings.start(connection, 'plant/+', { name: 'full' });
    const failed = expect(recordings.done('full')).rejects.toMatchObject({ code: 'STORAGE_FULL', message: expect.stringMatching(/^recording "full": .* full .* kept\. Delete/) as string });
    broker.send('plant/a', '{"x":1}');
    await clock.advance(300);
    broker.send('plant/a', '{"x":2}');
    await clock.advance(300);
    await failed;
    expect(await recordings.list()).toMatchObject([{ name: 'full', state: 'interrupted', messages: 1 }]);
    expect(await textOf(recordings, 'full')).toMatch(/^\{.*"x":1.*\}\n$/);
    await settled();
    expect(broker.filters()).toEqual([]);
  });

  it('come in from outside and are refused with the line when they are none', async () => {
    const { recordings } = await build();
    const ndjson = '{"arrivalTimeMs":5,"topic":"a","payload":1}\n{"arrivalTimeMs":9,"tick":true}\n';
    expect(await recordings.import('in', new TextEncoder().encode(ndjson))).toMatchObject({ messages: 1, durationMs: 4, topic: 'a', state: 'complete' });
    expect(await textOf(recordings, 'in')).toBe(ndjson);
    await expect(recordings.import('bad', new TextEncoder().encode('{"arrivalTimeMs":5}\n'))).rejects.toMatchObject({ message: expect.stringContaining('line 1') as string });
    await expect(recordings.import('in', new TextEncoder().encode(ndjson))).rejects.toMatchObject({ code: 'RECORDING_EXISTS' });
  });

  it('name what is missing', async () => {
    const { recordings, connection } = await build();
    await expect(recordings.read('gone')).rejects.toMatchObject({ code: 'UNKNOWN_RECORDING' });
    await expect(recordings.start(connection, 'a', { name: '../x' })).rejects.toMatchObject({ code: 'RECORDING_NAME' });
  });

  it('connect first when the connection is offline, because to record is to ask for it', async () => {
    const { recordings, connection } = await build();
    await connection.disconnect();
    await recordings.start(connection, 'a', { name: 'asked' });
    expect(connection.connected).toBe(true);
    await recordings.stop('asked');
  });
});
