import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf, FIXTURES, littoralUnderTest, ROOT } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const NOTEBOOK = join(FIXTURES, 'pumps.ipynb');

const BAD_COLUMN = `import { float64, mean, mqtt, pipeline, publish, schema, timestampMs, tumbling } from 'littoral';
const S = schema({ t: timestampMs(), temperature: float64() });
const rows = pipeline('x').from(mqtt('a/b', { connection: 'site', schema: S, eventTime: 't', maxOutOfOrdernessMs: 500 }));
export default rows
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ m: mean('temprature') })
  .to(publish('x'));
`;

describe('plan', () => {
  test('a pipeline file, a notebook by name or variable, and its own output give the same bytes', async () => {
    const program = await littoral.run(['plan', PROGRAM]);
    expect(program.code).toBe(0);
    writeFileSync(littoral.path('pumps.plan.json'), program.stdout);
    for (const operand of [`${NOTEBOOK}#pumps`, `${NOTEBOOK}#p`, littoral.path('pumps.plan.json')]) {
      const ended = await littoral.run(['plan', operand]);
      expect(ended.stderr).not.toMatch(/^\s+at /m);
      expect(ended.stdout, operand).toBe(program.stdout);
    }
    expect(JSON.parse(program.stdout)).toMatchObject({ littoralPlan: 1, name: 'pumps' });
    const json = await littoral.run(['plan', PROGRAM, '--json']);
    expect(json.stdout).toBe(program.stdout);
  });

  test('-o writes the same bytes to a file and says their digest', async () => {
    const ended = await littoral.run(['plan', PROGRAM, '-o', 'out/plan.json', '--json']);
    expect(ended.code).toBe(0);
    const bytes = readFileSync(littoral.path('out/plan.json'));
    expect(documentOf(ended)).toMatchObject({ ok: true, planSha256: createHash('sha256').update(bytes.subarray(0, -1)).digest('hex') });
  });

  test('a pipeline of a notebook is found although a later cell fails, and parameters become literals', async () => {
    const ended = await littoral.run(['plan', `${NOTEBOOK}#pumps-strict`]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('6.8');
  });

  test('a notebook with several pipelines asks for a name and lists them', async () => {
    const ended = await littoral.run(['plan', NOTEBOOK, '--json']);
    expect(ended.code).toBe(1);
    const { reason, detail } = documentOf(ended);
    expect(reason).toBe('PIPELINE_UNKNOWN');
    expect(detail).toContain('"pumps", "pumps-strict"');
  });

  test('what a program prints goes to stderr, so that stdout holds one document', async () => {
    writeFileSync(littoral.path('noisy.pipeline.ts'), `console.log('a word'); process.stdout.write('another');\n${readFileSync(PROGRAM, 'utf8')}`);
    const ended = await littoral.run(['plan', 'noisy.pipeline.ts', '--json']);
    expect(ended.code).toBe(0);
    expect(documentOf(ended)).toMatchObject({ littoralPlan: 1 });
    expect(ended.stderr).toContain('a word');
  });

  test.each(['01-first-window', '02-edge-inference', '03-ship-it'])('the pipeline of lesson %s is found', async lesson => {
    const ended = await littoral.run(['plan', join(ROOT, 'notebooks', `${lesson}.ipynb`), '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(documentOf(ended)).toMatchObject({ littoralPlan: 1 });
  });

  test('relative imports are bundled', async () => {
    copyFileSync(PROGRAM, littoral.path('pumps.pipeline.ts'));
    writeFileSync(littoral.path('again.pipeline.ts'), `import pumps from './pumps.pipeline';\nexport default pumps;\n`);
    const ended = await littoral.run(['plan', 'again.pipeline.ts']);
    expect(ended.code).toBe(0);
  });

  test.each([
    ['a column that does not exist', 'bad.pipeline.ts', BAD_COLUMN, 1, 'UNKNOWN_COLUMN', 'line 6: mean("temprature"): no such column'],
    ['a syntax error', 'syntax.pipeline.ts', 'export default;\nconst x: = 3;', 1, 'PIPELINE_SYNTAX', 'line 1'],
    ['a program that throws', 'throws.pipeline.ts', 'const a: string | null = null;\n\n(a as unknown as string[]).push("");', 1, 'PIPELINE_FAILED', 'line 3'],
    ['a default export that is no pipeline', 'five.pipeline.ts', 'export default 5;', 1, 'PIPELINE_MISSING', 'a number'],
    ['a program that never ends', 'endless.pipeline.ts', 'await new Promise(() => undefined);\nexport default 5;', 1, 'PIPELINE_ENDLESS', 'never comes'],
    ['an import that does not exist', 'import.pipeline.ts', `import { sesion } from 'littoral';\nexport default sesion;`, 1, 'PIPELINE_SYNTAX', 'sesion'],
    ['text that is no Plan', 'plan.json', '{"littoralPlan":2}', 1, 'PLAN_INVALID', 'plan.json'],
    ['text that is no JSON', 'text.json', 'hello', 1, 'PLAN_INVALID', 'text.json'],
    ['a notebook without cells', 'empty.ipynb', '{"nbformat":4}', 1, 'NOTEBOOK_UNREADABLE', 'empty.ipynb']
  ])('%s is refused in one sentence, without a stack trace', async (_name, file, text, code, reason, words) => {
    writeFileSync(littoral.path(file), text);
    const ended = await littoral.run(['plan', file, '--json']);
    expect(ended.code).toBe(code);
    const document = documentOf(ended);
    expect(document).toMatchObject({ ok: false, reason });
    expect(document['detail']).toContain(words);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a file that is not there could not be read: exit code 3', async () => {
    const ended = await littoral.run(['plan', 'missing.pipeline.ts', '--json']);
    expect(ended.code).toBe(3);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'ENOENT' });
  });

  test('the stack is shown when LITTORAL_DEBUG asks for it', async () => {
    writeFileSync(littoral.path('five.pipeline.ts'), 'export default 5;');
    const ended = await littoral.run(['plan', 'five.pipeline.ts'], { env: { LITTORAL_DEBUG: '1' } });
    expect(ended.stderr).toMatch(/^\s+at /m);
  });
});
