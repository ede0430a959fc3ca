import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { bandPower, collect, detrend, float64, lake, list, medfilt, mqtt, peakCount, psd, rms, schema, timestampMs, tumbling, utf8, welchPeak } from '../../../engine/api/littoral';
import { parsePlan } from '../../../engine/plan/parse-plan';
import { planToJson } from '../../../engine/plan/canonical-json';
import { FakeHost } from './fake-host';

const userModule = fileURLToPath(new URL('../../../engine/api/user-module.ts', import.meta.url));
const program = '/signal.pipeline.ts';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts'],
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  paths: { littoral: [userModule] }
};

const head = `import { bandPower, butterworth, collect, count, detrend, first, float64, goertzel, kurtosis, lake, list, medfilt, mqtt, peak, pipeline, psd, publish, resample, rms, savgol, schema, timestampMs, tumbling, utf8, welchPeak } from 'littoral';
const Vibration = schema({ tMs: timestampMs(), device: utf8(), x: list('float64'), load: float64() });
const rows = pipeline('p').from(mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500 }));
const keyed = rows.keyBy('device');
`;

const good = `
rows.signal({ level: rms('x'), hz: welchPeak('x', { sampleHz: 1_000 }), flat: detrend('x'), quiet: medfilt('x', { kernelSize: 5 }) }).filter(r => r.level > r.hz && r.device > 'a').signal({ power: psd('flat', { sampleHz: 1_000 }), k: kurtosis('quiet') }).filter(r => r.k > 3);
keyed.window(tumbling({ sizeMs: 5 })).aggregate({ power: bandPower('x', { sampleHz: 100, lowHz: 1, highHz: 9 }), p: peak('load'), tone: goertzel('load', { sampleHz: 10, frequencyHz: 1 }), all: collect('load') }).signal({ smooth: savgol('all', { windowLength: 5, polyOrder: 2 }), half: resample('all', { samples: 10 }) }).filter(r => r.power > r.p);
keyed.butterworth({ column: 'load', as: 'smooth', sampleHz: 10, cutoffHz: 1 }).filter(r => r.smooth > 1);
keyed.butterworth({ column: 'x', as: 'band', sampleHz: 1_000, kind: 'bandpass', lowHz: 90, highHz: 110, order: 2, start: 'rest' }).notch({ column: 'band', as: 'clean', sampleHz: 1_000, frequencyHz: 100 }).signal({ level: rms('clean') }).filter(r => r.level > 1);
keyed.resample({ columns: ['load'], everyMs: 100, maxGapMs: 1_000 }).filter(r => r.load > 1 && r.timeMs > 1 && r.device > 'a').to(publish('a/{device}'));
keyed.resample({ columns: ['load', 'x'], everyMs: 100, maxGapMs: 1_000, method: 'hold', timeAs: 'at' }).filter(r => r.at > 1).window(tumbling({ sizeMs: 5 })).aggregate({ n: count(), level: rms('x') });
rows.signal({ smooth: butterworth('x', { sampleHz: 1_000, cutoffHz: 50, zeroPhase: false }) });
`;

const bad: readonly (readonly [name: string, code: string, message: RegExp])[] = [
  ['features of a single number', "rows.signal({ level: rms('load') });", /Type '"load"' is not assignable to type '"x"'/u],
  ['features of no column', "rows.signal({ level: rms('y') });", /Type '"y"' is not assignable to type '"x"'/u],
  ['a first value of a signal', "rows.signal({ level: first('x') });", /Type 'ValueAggregate<"x">' is not assignable/u],
  ['arithmetic with a new signal', "rows.signal({ flat: detrend('x') }).filter(r => r.flat > 1);", /Operator '>' cannot be applied to types 'Signal' and 'number'/u],
  ['a spectrum without its sampling rate', "rows.signal({ p: psd('x', {}) });", /Property 'sampleHz' is missing/u],
  ['a filter of a text', "keyed.butterworth({ column: 'device', as: 'y', sampleHz: 10, cutoffHz: 1 });", /Type '"device"' is not assignable to type '"tMs" \| "x" \| "load"'/u],
  ['a filter without its edge', "keyed.butterworth({ column: 'load', as: 'y', sampleHz: 10 });", /Property 'cutoffHz' is missing/u],
  ['a band with one edge', "rows.signal({ y: butterworth('x', { sampleHz: 10, kind: 'bandpass', cutoffHz: 1 }) });", /lowHz, highHz|'cutoffHz' does not exist/u],
  ['a name that is taken', "keyed.notch({ column: 'load', as: 'x', sampleHz: 10, frequencyHz: 1 });", /is not assignable to type 'never'/u],
  ['a grid of no column', "keyed.resample({ columns: ['laod'], everyMs: 1, maxGapMs: 2 });", /Type '"laod"' is not assignable to type '(?=.*"load")(?=.*"device")[^']*'/u],
  ['a column that the grid has left behind', "keyed.resample({ columns: ['load'], everyMs: 1, maxGapMs: 2 }).filter(r => r.tMs > 1);", /Property 'tMs' does not exist/u]
];

/** Messages by line of the program, which is checked once. */
let messages: ReadonlyMap<number, string>;
const goodLines = good.trim().split('\n');
const badFrom = head.split('\n').length - 1 + goodLines.length;

beforeAll(() => {
  const text = [head.trimEnd(), ...goodLines, ...bad.map(([, code]) => code)].join('\n');
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const file = ts.createSourceFile(program, text, ts.ScriptTarget.ES2022);
  host.getSourceFile = (name, language) => (name === program ? file : read(name, language));
  host.fileExists = name => name === program || ts.sys.fileExists(name);
  const built = ts.createProgram({ rootNames: [program], options, host });
  const byLine = new Map<number, string>();
  for (const each of [...built.getSyntacticDiagnostics(file), ...built.getSemanticDiagnostics(file)]) {
    const { line } = file.getLineAndCharacterOfPosition(each.start ?? 0);
    byLine.set(line, `${byLine.get(line) ?? ''} | ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`);
  }
  messages = byLine;
}, 120_000);

describe('the types of signal steps', () => {
  it('accept what has a meaning', () => expect([...messages].filter(([line]) => line < badFrom)).toEqual([]));
  it.each(bad.map(([name, , message], index) => [name, index, message] as const))('refuse %s', (_, index, message) => {
    expect(messages.get(badFrom + index) ?? 'nothing').toMatch(message);
  });
});

describe('signal steps', () => {
  const vibration = schema({ tMs: timestampMs(), device: utf8(), x: list('float64'), load: float64() });
  const { pipeline } = bindLittoral(new FakeHost());
  const keyed = pipeline('p').from(mqtt('plant/+/vibration', { connection: 'plant', schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0 })).keyBy('device');

  it('make a Plan that is read back as it is, with all defaults', () => {
    const plan = keyed
      .signal({ level: rms('x'), peakHz: welchPeak('x', { sampleHz: 1_000 }), flat: detrend('x') })
      .butterworth({ column: 'flat', as: 'band', sampleHz: 1_000, kind: 'bandpass', lowHz: 90, highHz: 110 })
      .notch({ column: 'load', as: 'clean', sampleHz: 10, frequencyHz: 1 })
      .resample({ columns: ['clean', 'band'], everyMs: 10, maxGapMs: 100, method: 'hold' })
      .window(tumbling({ sizeMs: 1_000 }))
      .aggregate({ n: peakCount('clean', { height: 1 }), power: bandPower('band', { sampleHz: 1_000, lowHz: 90, highHz: 110 }), all: collect('clean') })
      .signal({ spectrum: psd('all', { sampleHz: 10 }), quiet: medfilt('all') })
      .to(lake('t'))
      .toPlan();
    expect(parsePlan(JSON.parse(planToJson(plan)))).toEqual(plan);
    expect(plan.nodes.filter(node => ['butterworth', 'notch', 'resample'].includes(node.op)).map(node => node.config)).toEqual([
      { column: 'flat', as: 'band', start: 'settled', sampleHz: 1_000, kind: 'bandpass', order: 4, edgesHz: [90, 110] },
      { column: 'load', as: 'clean', start: 'settled', sampleHz: 10, frequencyHz: 1, quality: 30 },
      { columns: ['clean', 'band'], everyMs: 10, method: 'hold', maxGapMs: 100, timeAs: 'timeMs' }
    ]);
  });
});
