import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const userModule = fileURLToPath(new URL('../../../engine/api/user-module.ts', import.meta.url));
const program = '/cell.ts';

const head = `import { count, float64, first, lake, list, mean, mqtt, pipeline, publish, schema, timestampMs, tumbling, utf8 } from 'littoral';
const S = schema({ tMs: timestampMs(), device: utf8(), x: list('float64'), load: float64() });
const rows = pipeline('a').from(mqtt('t', { connection: 'plant', schema: S, eventTime: 'tMs', maxOutOfOrdernessMs: 0 }));
const results = rows.keyBy('device').window(tumbling({ sizeMs: 1000 })).aggregate({ n: count(), m: mean('x') });
`;

class Cell implements ts.LanguageServiceHost {
  private text = '';
  private version = 0;
  private readonly service = ts.createLanguageService(this);

  /** Names offered where `|` stands in `code`. */
  complete(code: string): string[] {
    const whole = head + code;
    this.text = whole.replace('|', '');
    this.version++;
    const entries = this.service.getCompletionsAtPosition(program, whole.indexOf('|'), {})?.entries ?? [];
    return entries.map(entry => entry.name).sort();
  }

  /** Type and doc line shown over the last occurrence of `name` in `code`. */
  hover(code: string, name: string): string {
    this.text = head + code;
    this.version++;
    const info = this.service.getQuickInfoAtPosition(program, this.text.lastIndexOf(name));
    return `${ts.displayPartsToString(info?.displayParts)}\n${ts.displayPartsToString(info?.documentation)}`;
  }

  getCompilationSettings(): ts.CompilerOptions {
    return { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.es2022.d.ts'], types: [], strict: true, paths: { littoral: [userModule] } };
  }
  getScriptFileNames(): string[] {
    return [program];
  }
  getScriptVersion(file: string): string {
    return file === program ? String(this.version) : '0';
  }
  getScriptSnapshot(file: string): ts.IScriptSnapshot | undefined {
    const text = file === program ? this.text : ts.sys.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  }
  getCurrentDirectory(): string {
    return '/';
  }
  getDefaultLibFileName(options: ts.CompilerOptions): string {
    return ts.getDefaultLibFilePath(options);
  }
  fileExists(file: string): boolean {
    return ts.sys.fileExists(file);
  }
  readFile(file: string): string | undefined {
    return ts.sys.readFile(file);
  }
}

describe('completion', () => {
  const cell = new Cell();

  it.each<[string, string]>([
    ["pipeline('x').|", 'from'],
    ['rows.|', 'branch butterworth cast cusum deadLetters deadband debounce deduplicate derive diff drop encrypt explode featureView filter intervalJoin keyBy lag lead lookup notch pattern predict rename reportByException resample rolling sample select signal smooth stateMachine swingingDoor tag throttle to union validate window windowJoin zScore'],
    ['rows.window(tumbling({ sizeMs: 1 })).|', 'aggregate'],
    ["results.to(lake('t')).|", 'export name replay run toPlan validate'],
    ['rows.filter(r => r.|)', 'device load tMs x'],
    ['results.filter(r => r.n > 1 && r.|)', 'device m n windowEndMs windowStartMs'],
    ['rows.filter((r, p) => r.load > p.|, { threshold: 1 })', 'threshold'],
    ["rows.keyBy('|')", 'device load tMs'],
    ["results.predict('m.onnx', { inputs: { f: ['|'] }, outputs: {} })", 'device m n windowEndMs windowStartMs'],
    ["mqtt('t', { connection: 'plant', schema: S, eventTime: '|' })", 'tMs'],
    ["mqtt('t', { connection: 'plant', schema: S, eventTime: 'tMs', | })", 'acknowledge arrivalTimeColumn decoder idleTimeoutMs maxFutureSkewMs maxOutOfOrdernessMs sequence sharedGroup topicColumns watermarkPer'],
    ['rows.window(tumbling({ sizeMs: 5 }), { | })', 'allowedLatenessMs emit latePolicy'],
    ["rows.window(tumbling({ sizeMs: 5 }), { latePolicy: 'sideOutput' }).aggregate({ n: count() }, { | })", 'late'],
    ["results.to(publish('a/{device}', { | }))", 'compression connection encoder name outbox qos retain']
  ])('after %s offers what is possible', (code, names) => {
    expect(cell.complete(code).join(' ')).toBe(names);
  });

  it.each(["rows.window(tumbling({ sizeMs: 1 })).aggregate({ a: mean('|') })", "rows.window(tumbling({ sizeMs: 1 })).aggregate({ a: first('|') })", "results.to(lake('t', { partitionBy: ['|'] }))"])('within %s offers columns', code => {
    expect(cell.complete(code)).toContain('device');
  });

  it('shows the columns of a step and the doc line of a function', () => {
    expect(cell.hover('results', 'results')).toContain('KeyedStream<{\n    readonly device: string;\n    readonly windowStartMs: number;\n    readonly windowEndMs: number;\n    readonly n: number;\n    readonly m: number;\n}, "device">');
    expect(cell.hover("mean('x')", 'mean')).toContain('Arithmetic mean of the values that are not null');
    expect(cell.hover('results.filter(r => r.windowEndMs > 0)', 'windowEndMs')).toContain('First ms after the window.');
  });
});
