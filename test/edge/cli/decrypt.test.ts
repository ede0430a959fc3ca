import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf, FIXTURES, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const [PIPELINE, ROWS, KEYS] = ['people.pipeline.ts', 'people.ndjson', 'people.keys.json'].map(name => join(FIXTURES, name)) as [string, string, string];
const decrypt = (rows: string, keys: readonly string[] = ['--keys', KEYS], env: Record<string, string> = {}) => littoral.run(['decrypt', PIPELINE, '--sink', 'people', '--rows', rows, ...keys], { env });
const PLAIN = '{"tMs":1767225600000,"line":"north","operator":"Zoë Müller","load":12.5}\n{"tMs":1767225600001,"line":"south","operator":"Ada Byron","load":null}\n';

describe('decrypt', () => {
  test('prints the rows of a sink with their columns in plaintext, with keys from a file or from the environment', async () => {
    expect(await decrypt(ROWS)).toMatchObject({ code: 0, stdout: PLAIN });
    expect(await decrypt(ROWS, [], { LITTORAL_KEYS: readFileSync(KEYS, 'utf8') })).toMatchObject({ code: 0, stdout: PLAIN });
  });

  test.each<[string, (text: string) => string, string[], RegExp]>([
    ['a value that was moved to another row', text => text.replace('"line":"north"', '"line":"south"'), ['--keys', KEYS], /line 1: encrypted field "operator".*was changed or moved/u],
    ['a value that is not one', text => text.replace(/"operator":"[^"]*"/u, '"operator":"Zm9v"'), ['--keys', KEYS], /line 1: encrypted field: it has 3 bytes; expected at least 33/u],
    ['a line that is no row', text => `${text}[1]\n`, ['--keys', KEYS], /line 3: it is no JSON object/u],
    ['a key that is not there', text => text, [], /line 1: encrypted field: key 00000001 is not there/u]
  ])('ends with one sentence at %s', async (_name, edit, keys, words) => {
    const rows = littoral.path('edited.ndjson');
    writeFileSync(rows, edit(readFileSync(ROWS, 'utf8')));
    const ended = await decrypt(rows, keys);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(words);
    expect(documentOf(await littoral.run(['decrypt', PIPELINE, '--sink', 'people', '--rows', rows, ...keys, '--json']))).toMatchObject({ ok: false });
  });

  test('names the sinks that there are', async () => {
    const ended = await littoral.run(['decrypt', PIPELINE, '--sink', 'lake', '--rows', ROWS, '--keys', KEYS]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('it has "people"');
  });
});
