import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeBase64 } from '../../../engine/codec/base64';
import { encoderOf } from '../../../engine/codec/encoder-of';
import type { Schema } from '../../../engine/schema/schema';
import { plain, referenceCases } from '../../support/reference';
import { documentOf, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const START_MS = 1_767_225_600_000;

interface Line {
  readonly topic: string;
  readonly payload: Uint8Array;
}

function writeRecording(name: string, lines: readonly Line[]): string {
  const text = lines.map(({ topic, payload }, index) => JSON.stringify({ arrivalTimeMs: START_MS + index, topic, payloadBase64: encodeBase64(payload) }));
  writeFileSync(littoral.path(name), `${text.join('\n')}\n`);
  return name;
}

const rowsOf = (name: string): unknown[] => readFileSync(littoral.path(name), 'utf8').trimEnd().split('\n').map(line => (JSON.parse(line) as { row: unknown }).row);

describe('a pipeline in other formats than JSON', () => {
  test('reads MessagePack, counts what is not in its schema and infers that schema', async () => {
    const sent: Schema = { fields: [{ name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'bar', type: 'float64', nullable: true }, { name: 'serial', type: 'utf8', nullable: false }] };
    const encode = encoderOf({ format: 'messagePack' }, sent);
    const recording = writeRecording('pack.recording.ndjson', [
      ...Array.from({ length: 5 }, (_, i) => ({ topic: 'site/p1/pump', payload: encode([START_MS + i, i / 2, 'a']) })),
      { topic: 'site/p1/pump', payload: Uint8Array.of(0x81) }
    ]);
    writeFileSync(
      littoral.path('pack.pipeline.ts'),
      `import { float64, mqtt, pipeline, publish, schema, timestampMs, utf8 } from 'littoral';
const S = schema({ tMs: timestampMs(), bar: float64({ nullable: true }), pump: utf8() });
export default pipeline('pack')
  .from(mqtt('site/+/pump', { connection: 'site', schema: S, eventTime: 'tMs', topicColumns: { pump: 1 }, maxOutOfOrdernessMs: 0, decoder: { format: 'messagePack' } }))
  .to(publish('out/{pump}', { encoder: { format: 'cbor' } }));
`
    );
    const replayed = await littoral.run(['replay', 'pack.pipeline.ts', '--input', recording, '--output', 'pack.rows', '--json']);
    expect(documentOf(replayed)).toMatchObject({ rowsIn: 6, rowsOut: { out: 5 }, deadLetters: { MSGPACK_TRUNCATED: 1 }, conservationError: 0 });
    expect(rowsOf('pack.rows')[3]).toEqual({ tMs: START_MS + 3, bar: 1.5, pump: 'p1' });
    const checked = await littoral.run(['schema', 'check', 'pack.pipeline.ts', '--input', recording, '--json']);
    expect(checked.code).toBe(1);
    expect(documentOf(checked)).toMatchObject({ sources: [{ rows: 5, refused: { MSGPACK_TRUNCATED: 1 }, unknownKeys: { serial: 5 }, drift: { 'unknown:serial': 5 } }] });
    const inferred = await littoral.run(['schema', 'infer', recording, '--format', 'messagePack', '--json']);
    expect(documentOf(inferred)).toMatchObject({ eventTime: 'tMs', schema: { fields: [{ name: 'tMs', type: 'timestampMs' }, { name: 'bar', type: 'float64' }, { name: 'serial', type: 'utf8' }] } });
  });

  test('knows its columns from an Avro schema or a Protobuf descriptor', async () => {
    const codecs = resolve(import.meta.dirname, '../../golden/reference/codecs');
    const avro = documentOf(await littoral.run(['schema', 'infer', join(codecs, 'reading.avsc'), '--json']));
    const protobuf = documentOf(await littoral.run(['schema', 'infer', join(codecs, 'reading.desc'), '--message', 'littoral.test.Batch', '--rows', 'readings', '--json']));
    expect(avro).toMatchObject({ ok: true, eventTime: 'eventTimeMs', skipped: [], schema: { fields: [{ name: 'deviceId', type: 'utf8' }, { name: 'seq', type: 'int64' }, { name: 'eventTimeMs', type: 'timestampMs' }, { name: 'level', type: 'int32' }, { name: 'temperature', type: 'float64', nullable: true }, {}, {}, {}, { name: 'axes', type: { list: 'float32' } }, {}, {}] } });
    expect(protobuf).toMatchObject({ ok: true, schema: { fields: [{ name: 'deviceId' }, { name: 'seq' }, { name: 'eventTimeMs', type: 'int64' }, {}, { name: 'temperature', nullable: true }, {}, {}, { name: 'raw', type: 'binary' }, {}, {}, {}] } });
    const kinds = documentOf(await littoral.run(['schema', 'infer', join(codecs, 'kinds.desc'), '--message', 'littoral.test.Kinds', '--json']));
    expect((kinds['skipped'] as { name: string }[]).map(field => field.name)).toEqual(['inner', 'inners', 'modes', 'gauges', 'byId', 'obj', 'flags']);
    expect((await littoral.run(['schema', 'infer', join(codecs, 'kinds.desc'), '--json'])).code).toBe(2);
  });

  test('follows the births of Sparkplug nodes', async () => {
    const cases = referenceCases('codecs/sparkplug.json').filter(({ params }) => params['published'] === true && params['sequence'] === 'gap');
    const recording = writeRecording('plug.recording.ndjson', cases.map(reference => ({ topic: (reference.input as Line).topic, payload: plain(reference.input) as Uint8Array })));
    writeFileSync(
      littoral.path('plug.pipeline.ts'),
      `import { float64, mqtt, pipeline, publish, schema, sparkplug, timestampMs, utf8 } from 'littoral';
const S = schema({ timestampMs: timestampMs(), edgeNode: utf8(), metric: utf8(), value: float64({ nullable: true }) });
export default pipeline('plug')
  .from(mqtt('spBv1.0/#', { connection: 'site', schema: S, eventTime: 'timestampMs', maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, decoder: sparkplug() }))
  .filter(r => r.metric !== 'bdSeq')
  .to(publish('out'));
`
    );
    const replayed = await littoral.run(['replay', 'plug.pipeline.ts', '--input', recording, '--output', 'plug.rows', '--json']);
    expect(documentOf(replayed)).toMatchObject({ conservationError: 0, deadLetters: {} });
    expect(rowsOf('plug.rows').map(row => Object.values(row as object).slice(2))).toEqual([['x', 1], ['x', 1], ['x', 2], ['x', 4], ['x', 5], ['y', 9], ['y', 2.5]]);
    const checked = documentOf(await littoral.run(['schema', 'check', 'plug.pipeline.ts', '--input', recording, '--json']));
    expect(checked).toMatchObject({ ok: true, sources: [{ drift: { 'event:seqGap': 1, 'event:nodeBirth': 2, 'event:nodeDeath': 1, 'event:staleDeath': 1 } }] });
  });
});
