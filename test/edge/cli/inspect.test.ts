import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf, FIXTURES, littoralUnderTest, ROOT } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const RECORDING = join(FIXTURES, 'pumps.recording.ndjson');
const ONNX = join(ROOT, 'test', 'golden', 'reference', 'onnx');

describe('inspect', () => {
  test('counts what is in a recording', async () => {
    const ended = await littoral.run(['inspect', RECORDING, '--json']);
    expect(ended.code).toBe(0);
    expect(documentOf(ended)).toMatchObject({ kind: 'recording', messages: 301, ticks: 4, topicCount: 3, topics: [{ topic: 'site/p1/pump', messages: 101 }, {}, {}] });
  });

  test('converts a recording both ways without loss', async () => {
    expect((await littoral.run(['inspect', RECORDING, '--convert', 'p.recording.ndjson.gz'])).code).toBe(0);
    expect((await littoral.run(['inspect', 'p.recording.ndjson.gz', '--convert', 'back.recording.ndjson'])).code).toBe(0);
    const original = readFileSync(RECORDING);
    expect(gunzipSync(readFileSync(littoral.path('p.recording.ndjson.gz'))).equals(original)).toBe(true);
    expect(readFileSync(littoral.path('back.recording.ndjson')).equals(original)).toBe(true);
  });

  test('tells what a model takes and gives', async () => {
    const ended = await littoral.run(['inspect', join(ONNX, 'mlp-regressor.onnx'), '--json']);
    expect(documentOf(ended)).toMatchObject({ kind: 'model', inputs: [{ name: 'x', type: 'tensor(float)' }], outputs: [{ name: 'variable' }] });
  });

  test.each([
    ['a model with data in other files', join(ONNX, 'bad', 'external-plain.onnx'), 1, 'MODEL_REFUSED'],
    ['a file that is none of all', join(ROOT, 'package.json'), 1, 'RECORDING_FORMAT'],
    ['a folder without a table', FIXTURES, 1, 'NOT_A_LAKE'],
    ['nothing', 'missing', 3, 'ENOENT']
  ])('refuses %s', async (_name, path, code, reason) => {
    const ended = await littoral.run(['inspect', path, '--json']);
    expect(ended.code).toBe(code);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason });
  });
});

describe('schema', () => {
  test('infers the columns of a topic and says what is no row', async () => {
    const ended = await littoral.run(['schema', 'infer', RECORDING, '--topic', 'site/+/pump', '--json']);
    expect(ended.code).toBe(0);
    expect(documentOf(ended)).toMatchObject({ ok: true, eventTime: 'tMs', schema: { fields: [{ name: 'tMs', type: 'timestampMs' }, { name: 'bar', type: 'float64', nullable: true }, { name: 'rpm', type: 'int32' }] } });
  });

  test('checks a recording against the schema of a pipeline', async () => {
    const ended = await littoral.run(['schema', 'check', PROGRAM, '--input', RECORDING, '--json']);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, sources: [{ messages: 301, rows: 300, refused: { JSON_SYNTAX: 1 } }] });
    const lines = readFileSync(RECORDING, 'utf8').split('\n').filter(line => !line.includes('payloadBase64'));
    writeFileSync(littoral.path('clean.recording.ndjson'), lines.join('\n'));
    const clean = await littoral.run(['schema', 'check', PROGRAM, '--input', 'clean.recording.ndjson', '--json']);
    expect(clean.code).toBe(0);
  });

  test('says whether two versions of a schema go together, and what differs', async () => {
    const column = (name: string, type: string, nullable = false): object => ({ name, type, nullable });
    writeFileSync(littoral.path('old.json'), JSON.stringify({ fields: [column('tMs', 'timestampMs'), column('bar', 'float32')] }));
    writeFileSync(littoral.path('new.json'), JSON.stringify({ schema: { fields: [column('tMs', 'timestampMs'), column('bar', 'float64'), column('note', 'utf8', true)] } }));
    const good = await littoral.run(['schema', 'check', 'old.json', 'new.json', '--json']);
    expect(good.code).toBe(0);
    expect(documentOf(good)).toMatchObject({ ok: true, mode: 'backward', changes: [{ kind: 'changed', name: 'bar', parts: ['type'] }, { kind: 'added', name: 'note' }] });
    const bad = await littoral.run(['schema', 'check', 'old.json', 'new.json', '--mode', 'full', '--json']);
    expect(bad.code).toBe(1);
    expect(documentOf(bad)).toMatchObject({ ok: false, reasons: ['forward: column "bar" is written as float64, which float32 cannot take'] });
    writeFileSync(littoral.path('a.avsc'), '{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}');
    writeFileSync(littoral.path('b.avsc'), '{"type":"record","name":"R","fields":[{"name":"x","type":"long"}]}');
    expect((await littoral.run(['schema', 'check', 'a.avsc', 'b.avsc', '--json'])).code).toBe(0);
    expect((await littoral.run(['schema', 'check', 'b.avsc', 'a.avsc', '--json'])).code).toBe(1);
  });

  test.each([
    ['a mode that does not exist', ['check', PROGRAM, PROGRAM, '--mode', 'sideways'], 2],
    ['a version that is no JSON', ['check', 'missing.json', PROGRAM], 3],
    ['a topic that nobody sent', ['infer', RECORDING, '--topic', 'nowhere'], 1],
    ['an action that does not exist', ['guess', RECORDING], 2],
    ['a check without a recording', ['check', PROGRAM], 2]
  ])('refuses %s', async (_name, args, code) => {
    const ended = await littoral.run(['schema', ...args, '--json']);
    expect(ended.code).toBe(code);
    documentOf(ended);
  });
});

describe('explain', () => {
  const explain = async (record: number): Promise<Record<string, unknown>> => {
    const ended = await littoral.run(['explain', PROGRAM, '--input', RECORDING, '--record', String(record), '--json']);
    expect(ended.code).toBe(0);
    return documentOf(ended);
  };
  const lines = readFileSync(RECORDING, 'utf8').trimEnd().split('\n');
  const lineWith = (part: string): number => lines.findIndex(line => line.includes(part));

  test('a record that was counted names its window and the rows that came of it', async () => {
    const first = JSON.parse(readFileSync(join(FIXTURES, 'pumps.rows.ndjson'), 'utf8').split('\n')[0] ?? '');
    expect(await explain(0)).toMatchObject({
      windows: [{ startMs: first.row.windowStartMs, endMs: first.row.windowEndMs, keys: ['pump'] }],
      watermarkBeforeMs: '-Infinity',
      results: [first]
    });
  });

  test('a late record names the watermark that had passed its window', async () => {
    const { verdict, drops } = await explain(153);
    expect(verdict).toContain('late for "window"');
    expect(drops).toMatchObject([{ reason: 'late' }]);
  });

  test('a payload that is not JSON, a wrong clock, a filtered record and a tick say so', async () => {
    expect((await explain(lineWith('payloadBase64')))['verdict']).toContain('JSON_SYNTAX');
    expect((await explain(lineWith('"tMs":1700003614014')))['verdict']).toContain('FUTURE_TIME');
    expect((await explain(lineWith('"rpm":0')))['verdict']).toContain('filtered out by "filter"');
    expect((await explain(lineWith('"tick":true')))['verdict']).toContain('idle tick');
  });

  test('a line that the recording does not have', async () => {
    const ended = await littoral.run(['explain', PROGRAM, '--input', RECORDING, '--record', '305', '--json']);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ reason: 'NO_SUCH_RECORD' });
  });
});
