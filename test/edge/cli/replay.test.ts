import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf, FIXTURES, littoralUnderTest, ROOT } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const RECORDING = join(FIXTURES, 'pumps.recording.ndjson');
const ROWS = join(FIXTURES, 'pumps.rows.ndjson');
const ONNX = join(ROOT, 'test', 'golden', 'reference', 'onnx');

describe('replay', () => {
  test('gives identical bytes twice, the committed rows, and a report that accounts for every record', async () => {
    const first = await littoral.run(['replay', PROGRAM, '--input', RECORDING, '--output', 'a.rows.ndjson', '--report', 'report.json', '--json']);
    const second = await littoral.run(['replay', PROGRAM, '--input', RECORDING, '--output', 'b.rows.ndjson', '--json']);
    expect([first.code, second.code]).toEqual([0, 0]);
    const rows = readFileSync(littoral.path('a.rows.ndjson'));
    expect(rows.equals(readFileSync(littoral.path('b.rows.ndjson')))).toBe(true);
    expect(rows.equals(readFileSync(ROWS))).toBe(true);
    const report = documentOf(first);
    expect(report).toEqual(documentOf(second));
    expect(report).toEqual(JSON.parse(readFileSync(littoral.path('report.json'), 'utf8')));
    expect(report).toMatchObject({
      rowsOut: { pumps: 57, alerts: 4 },
      late: 1,
      deadLetters: { JSON_SYNTAX: 1, FUTURE_TIME: 1 },
      conservationError: 0,
      watermarkMs: 'Infinity',
      outputSha256: createHash('sha256').update(rows).digest('hex')
    });
  });

  test('takes a packed recording', async () => {
    writeFileSync(littoral.path('pumps.recording.ndjson.gz'), gzipSync(readFileSync(RECORDING)));
    const ended = await littoral.run(['replay', PROGRAM, '--input', 'pumps.recording.ndjson.gz', '--json']);
    expect(documentOf(ended)['outputSha256']).toBe(createHash('sha256').update(readFileSync(ROWS)).digest('hex'));
  });

  test.each([
    ['bad', 'a line that is not JSON', Buffer.from('{"arrivalTimeMs":1,"topic":"site/p0/pump","payload":{}}\nnot json\n'), 1, 'RECORDING_FORMAT', 'line 2'],
    ['empty', 'an empty file', Buffer.from(''), 0, '', ''],
    ['damaged', 'damaged gzip', gzipSync(readFileSync(RECORDING)).subarray(0, 900), 1, 'RECORDING_FORMAT', 'gzip']
  ])('%s: %s', async (name, _words, bytes, code, reason, words) => {
    writeFileSync(littoral.path(`${name}.recording.ndjson`), bytes);
    const ended = await littoral.run(['replay', PROGRAM, '--input', `${name}.recording.ndjson`, '--output', `${name}.rows.ndjson`, '--json']);
    expect(ended.code).toBe(code);
    const document = documentOf(ended);
    if (code === 0) expect(document).toMatchObject({ rowsIn: 0, conservationError: 0 });
    else {
      expect(document).toMatchObject({ ok: false, reason });
      expect(document['detail']).toContain(words);
      expect(document['detail']).toContain(`${name}.recording.ndjson`);
      expect(existsSync(littoral.path(`${name}.rows.ndjson`))).toBe(false);
    }
  });
});

describe('validate', () => {
  test('answers yes with exit code 0 when every check holds', async () => {
    const ended = await littoral.run(['validate', PROGRAM, '--input', RECORDING, '--expect', ROWS, '--json']);
    expect(ended.code).toBe(0);
    expect(documentOf(ended)).toMatchObject({ ok: true, differences: [] });
  });

  test('answers no with exit code 1 and the rows that differ', async () => {
    const lines = readFileSync(ROWS, 'utf8').split('\n');
    writeFileSync(littoral.path('other.rows.ndjson'), [lines[0]?.replace('"n":5', '"n":6'), ...lines.slice(1)].join('\n'));
    const ended = await littoral.run(['validate', PROGRAM, '--input', RECORDING, '--expect', 'other.rows.ndjson', '--json']);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, differences: [{ index: 0, expected: { row: { n: 6 } }, seen: { row: { n: 5 } } }] });
  });

  test('answers no when a goal of the SLO is missed', async () => {
    writeFileSync(littoral.path('strict.pipeline.ts'), readFileSync(PROGRAM, 'utf8').replace('deadLetterShareMax: 0.05', 'deadLetterShareMax: 0.001'));
    const ended = await littoral.run(['validate', 'strict.pipeline.ts', '--input', RECORDING]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/FAIL {2}dead letter share/);
  });

  test('names file and line of expected rows that are none', async () => {
    writeFileSync(littoral.path('bad.rows.ndjson'), '{"sink":"pumps"}\n');
    const ended = await littoral.run(['validate', PROGRAM, '--input', RECORDING, '--expect', 'bad.rows.ndjson', '--json']);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)['detail']).toContain('"bad.rows.ndjson", line 1');
  });
});

describe('a pipeline with a model', () => {
  const program = (inputs: string): string => `import { float64, int32, max, mean, min, mqtt, pipeline, publish, schema, timestampMs, tumbling, utf8 } from 'littoral';
const S = schema({ tMs: timestampMs(), bar: float64({ nullable: true }), rpm: int32(), pump: utf8() });
export default pipeline('pumps-scored')
  .from(mqtt('site/+/pump', { connection: 'site', schema: S, eventTime: 'tMs', topicColumns: { pump: 1 }, maxOutOfOrdernessMs: 500 }))
  .keyBy('pump')
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ bar: mean('bar'), least: min('bar'), most: max('bar'), rpm: mean('rpm') })
  .predict('mlp-regressor.onnx', { inputs: { x: ${inputs} }, outputs: { variable: 'score' } })
  .to(publish('scores/{pump}'));
`;

  beforeAll(() => copyFileSync(join(ONNX, 'mlp-regressor.onnx'), littoral.path('mlp-regressor.onnx')));

  test('is scored the same way twice', async () => {
    writeFileSync(littoral.path('scored.pipeline.ts'), program(`['bar', 'least', 'most', 'rpm']`));
    const first = await littoral.run(['replay', 'scored.pipeline.ts', '--input', RECORDING, '--output', 's1', '--json']);
    const second = await littoral.run(['replay', 'scored.pipeline.ts', '--input', RECORDING, '--output', 's2', '--json']);
    expect(documentOf(first)).toMatchObject({ conservationError: 0, rowsOut: { scores: 60 } });
    expect(documentOf(second)).toEqual(documentOf(first));
    expect(readFileSync(littoral.path('s1'), 'utf8')).toContain('"score":');
  });

  test('whose inputs do not fit is refused with both shapes', async () => {
    writeFileSync(littoral.path('misfit.pipeline.ts'), program(`['bar', 'rpm']`));
    const ended = await littoral.run(['replay', 'misfit.pipeline.ts', '--input', RECORDING, '--json']);
    expect(ended.code).toBe(1);
    const { detail } = documentOf(ended);
    expect(detail).toContain('mlp-regressor.onnx');
    expect(detail).toMatch(/2\b.*\b4\b|4\b.*\b2\b/);
  });

  test('that is not there could not be read', async () => {
    writeFileSync(littoral.path('absent.pipeline.ts'), program(`['bar', 'least', 'most', 'rpm']`).replace('mlp-regressor.onnx', 'absent.onnx'));
    const ended = await littoral.run(['replay', 'absent.pipeline.ts', '--input', RECORDING, '--json']);
    expect(ended.code).toBe(3);
    expect(documentOf(ended)).toMatchObject({ reason: 'FILE_MISSING' });
  });
});
