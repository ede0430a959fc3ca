import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../../../kernels/typescript/language/service';
import { libraryTypes } from './library-types';

const NOTEBOOKS = join(import.meta.dirname, '../../../notebooks');

const SETUP = `import { pipeline, mqtt, tumbling, count, mean, rms, publish, schema, utf8, timestampMs, float64 } from 'littoral';
const Vibration = schema({ device: utf8(), tMs: timestampMs(), x: float64(), load: float64() });
const rows = pipeline('bearing-watch').from(mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500 }));
const seconds = rows.keyBy('device').window(tumbling({ sizeMs: 1_000 })).aggregate({ n: count(), rms: rms('x'), mean: mean('load') });`;

let language: LanguageService;

beforeAll(async () => {
  language = new LanguageService(libraryTypes());
  await language.compile('pipelines', SETUP, 1);
});

async function completions(marked: string): Promise<string[]> {
  const offset = marked.indexOf('|');
  return (await language.complete('pipelines', marked.replace('|', ''), offset)).items.map(({ text }) => text);
}

async function problems(source: string): Promise<string[]> {
  const compiled = await language.compile('pipelines', source, 2);
  if (!compiled.ok) return [compiled.problem.message];
  return (await language.problems('pipelines', compiled.checkId)).map(({ message }) => message);
}

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] | string }[];
}

describe('cells know the columns of a pipeline', () => {
  it('after an aggregation, inside a condition', async () => {
    expect(await completions('seconds.filter(r => r.|')).toEqual(expect.arrayContaining(['device', 'mean', 'n', 'rms', 'windowEndMs', 'windowStartMs']));
    expect(await completions('seconds.filter(r => r.|')).not.toContain('x');
  });

  it('in the name of an aggregate’s column', async () => {
    expect(await completions("rows.keyBy('device').window(tumbling({ sizeMs: 1_000 })).aggregate({ top: rms('|') })")).toEqual(expect.arrayContaining(['load', 'x']));
  });

  it('in the name of a key', async () => {
    expect(await completions("rows.keyBy('|')")).toContain('device');
  });

  it('offers only the steps that are possible next', async () => {
    const steps = await completions('seconds.|');
    expect(steps).toEqual(expect.arrayContaining(['filter', 'predict', 'select', 'to', 'window']));
    expect(steps).not.toContain('aggregate');
  });

  it('and say what a mistyped column was meant to be', async () => {
    expect(await problems('seconds.filter(r => r.rmss > 1)')).toEqual([expect.stringMatching(/Property 'rmss' does not exist[\s\S]*Did you mean 'rms'\?/)]);
  });

  it('and refuse an aggregate over a column that is not there', async () => {
    expect(await problems("rows.keyBy('device').window(tumbling({ sizeMs: 1_000 })).aggregate({ top: rms('y') })")).toHaveLength(1);
  });

  it('and show the documentation of a step', async () => {
    const code = 'seconds.filter';
    expect((await language.inspect('pipelines', code, code.length))?.data['text/markdown']).toContain('Keeps the rows');
  });
});

describe('the sample notebooks', () => {
  it.each(readdirSync(NOTEBOOKS).filter(name => name.endsWith('.ipynb')))('%s has no type errors', async name => {
    const { cells } = JSON.parse(readFileSync(join(NOTEBOOKS, name), 'utf8')) as Notebook;
    const found: string[] = [];
    for (const [index, { cell_type: type, source }] of cells.entries()) {
      if (type !== 'code') continue;
      const compiled = await language.compile(name, typeof source === 'string' ? source : source.join(''), index);
      if (!compiled.ok) found.push(compiled.problem.message);
      else found.push(...(await language.problems(name, compiled.checkId)).map(({ message, line }) => `cell ${index}, line ${line}: ${message}`));
    }
    expect(found).toEqual([]);
  });
});

describe('documents', () => {
  const text = `${SETUP}\nexport default seconds.filter(r => r.rms > 0.8).to(publish('alerts/{device}'));\n`;

  it('are checked like cells, with positions in the document', async () => {
    await language.openFile('plant/bearing.pipeline.ts', text);
    expect(await language.diagnoseFile('plant/bearing.pipeline.ts')).toEqual([]);
    await language.updateFile('plant/bearing.pipeline.ts', text.replace('r.rms >', 'r.rmss >'));
    expect(await language.diagnoseFile('plant/bearing.pipeline.ts')).toMatchObject([{ code: 'TS2551', line: 5, column: 38, severity: 'error' }]);
  });

  it('complete, hover and give signatures', async () => {
    await language.updateFile('plant/bearing.pipeline.ts', text);
    const inFilter = text.indexOf('r.rms >') + 2;
    expect((await language.completeFile('plant/bearing.pipeline.ts', inFilter)).items.map(({ text: name }) => name)).toContain('rms');
    expect(await language.hoverFile('plant/bearing.pipeline.ts', text.indexOf('keyBy'))).toMatchObject({ start: text.indexOf('keyBy'), markdown: expect.stringContaining('columns the key') });
    const help = await language.signatureFile('plant/bearing.pipeline.ts', text.indexOf("publish('alerts") + 'publish('.length);
    expect(help?.signatures[help.activeSignature]?.label).toMatch(/^publish\(topic: .*\): Sink</);
  });

  it('are not known after they were closed', async () => {
    await language.closeFile('plant/bearing.pipeline.ts');
    await expect(language.diagnoseFile('plant/bearing.pipeline.ts')).rejects.toThrow(/it is not open/);
  });
});
