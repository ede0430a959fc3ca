import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { LanguageService } from '../../kernels/typescript/language/service';
import type { LibraryTypes } from '../../kernels/typescript/language/virtual-files';
import { VirtualFiles } from '../../kernels/typescript/language/virtual-files';
import { TestKernel, only } from '../kernels/session/start-kernel';
import { benchResult } from './bench-result';
import type { BenchResult } from './bench-result';

const RUNS = 3;
const CELLS = 25;
const COMPLETIONS = 20;

const SETUP = `import { pipeline, mqtt, tumbling, count, rms, schema, utf8, timestampMs, float64 } from 'littoral';
const Vibration = schema({ device: utf8(), tMs: timestampMs(), x: float64() });
const seconds = pipeline('bench').from(mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500 }))
  .keyBy('device').window(tumbling({ sizeMs: 1_000 })).aggregate({ n: count(), rms: rms('x') });`;
const EDITED = 'seconds.filter(r => r.';

/** The kernel in this process, with its real compiler, type checker and runtime. */
export async function bench(): Promise<BenchResult[]> {
  const library = JSON.parse(readFileSync(join(process.cwd(), 'lib/kernels/typescript/library-types.json'), 'utf8')) as LibraryTypes;
  const first: number[] = [];
  for (let run = 0; run < RUNS; run += 1) first.push(await firstCompletion(library));
  return [...(await cells(library)), benchResult({ name: 'kernel, first completion', unit: 'ms', reference: 'none', values: first, referenceValues: first }), await laterCompletions(library)];
}

async function cells(library: LibraryTypes): Promise<BenchResult[]> {
  const kernel = new TestKernel({ language: new LanguageService(Promise.resolve(library)), typeErrors: 'warn' });
  const empty: number[] = [];
  const small: number[] = [];
  const plain: number[] = [];
  await medianOf(CELLS, () => execute(kernel, '1', '1'));
  for (let run = 0; run < RUNS; run += 1) {
    empty.push(await medianOf(CELLS, () => execute(kernel, '', null)));
    small.push(await medianOf(CELLS, () => execute(kernel, '1', '1')));
    plain.push(await medianOf(CELLS, () => Promise.resolve(void ts.transpile('1'))));
  }
  kernel.close();
  return [
    benchResult({ name: 'kernel, empty cell, p50', unit: 'ms from request to idle', reference: 'TypeScript transpiling "1"', values: empty, referenceValues: plain }),
    benchResult({ name: 'kernel, cell "1" with its type check, p50', unit: 'ms from request to idle', reference: 'TypeScript transpiling "1"', values: small, referenceValues: plain })
  ];
}

async function execute(kernel: TestKernel, code: string, result: string | null): Promise<void> {
  const messages = await kernel.execute(code);
  if (only(messages, 'execute_reply')['status'] !== 'ok') throw new Error(`cell ${JSON.stringify(code)} failed`);
  if (result !== null && JSON.stringify(only(messages, 'execute_result')['data']) !== JSON.stringify({ 'text/plain': result })) throw new Error(`cell ${JSON.stringify(code)} gave another result`);
}

async function firstCompletion(library: LibraryTypes): Promise<number> {
  const startedMs = performance.now();
  const language = new LanguageService(Promise.resolve(library));
  await language.compile('bench', SETUP, 1);
  await complete(language, EDITED);
  return performance.now() - startedMs;
}

/** p95 of completions while typing, against TypeScript's own service on the same text in one plain file. */
async function laterCompletions(library: LibraryTypes): Promise<BenchResult> {
  const language = new LanguageService(Promise.resolve(library));
  await language.compile('bench', SETUP, 1);
  const files = new VirtualFiles(library);
  const service = ts.createLanguageService(files);
  const ours: number[] = [];
  const plain: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    ours.push(await p95Of(COMPLETIONS, index => complete(language, `const k${run}_${index} = 1; ${EDITED}`)));
    plain.push(await p95Of(COMPLETIONS, index => Promise.resolve(plainCompletion(service, files, `${SETUP}\nconst k${run}_${index} = 1; ${EDITED}`))));
  }
  return benchResult({ name: 'kernel, later completions, p95', unit: 'ms', reference: 'TypeScript’s service on one plain file', values: ours, referenceValues: plain });
}

async function complete(language: LanguageService, code: string): Promise<void> {
  const { items } = await language.complete('bench', code, code.length);
  if (!items.some(({ text }) => text === 'rms')) throw new Error('the completion does not know the column "rms"');
}

function plainCompletion(service: ts.LanguageService, files: VirtualFiles, text: string): void {
  files.set('/plain.ts', text);
  files.setRoots(['/plain.ts']);
  const found = service.getCompletionsAtPosition('/plain.ts', text.length, {});
  if (found?.entries.some(({ name }) => name === 'rms') !== true) throw new Error('the reference does not know the column "rms"');
}

async function timesOf(count: number, job: (index: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedMs = performance.now();
    await job(index);
    times.push(performance.now() - startedMs);
  }
  return times.sort((a, b) => a - b);
}

async function medianOf(count: number, job: (index: number) => Promise<void>): Promise<number> {
  return (await timesOf(count, job))[count >> 1] ?? 0;
}

async function p95Of(count: number, job: (index: number) => Promise<void>): Promise<number> {
  return (await timesOf(count, job))[Math.ceil(count * 0.95) - 1] ?? 0;
}
