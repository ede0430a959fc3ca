import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { aggregateSpecs } from '../../../engine/aggregate/registry';
import { bindLittoral } from '../../../engine/api/bind';
import * as littoral from '../../../engine/api/littoral';
import { functionSpecs } from '../../../engine/expression/functions';
import { FakeHost } from './fake-host';

const userModule = fileURLToPath(new URL('../../../engine/api/user-module.ts', import.meta.url));

/** Names of the values, not the types, that the module 'littoral' declares. */
function declaredValues(): string[] {
  const program = ts.createProgram([userModule], { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.es2022.d.ts'], types: [], strict: true, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(userModule);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error('the user module does not compile');
  return checker
    .getExportsOfModule(module)
    .map(symbol => ((symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol))
    .map(symbol => {
      if ((symbol.flags & ts.SymbolFlags.Value) !== 0 && symbol.getDocumentationComment(checker).length === 0) throw new Error(`${symbol.name} has no doc line`);
      return symbol;
    })
    .filter(symbol => (symbol.flags & ts.SymbolFlags.Value) !== 0)
    .map(symbol => symbol.name)
    .sort();
}

describe("the module 'littoral'", () => {
  it('declares, with a doc line each, exactly what a host hands over', () => {
    expect(declaredValues()).toEqual([...Object.keys(littoral), ...Object.keys(bindLittoral(new FakeHost()))].sort());
  });

  it('has every function of expressions, computing what expressions compute', () => {
    const exported = new Map(Object.entries(littoral));
    for (const name of functionSpecs.keys()) expect(exported.has(name), name).toBe(true);
    expect([littoral.ln(Math.E), littoral.clamp(5, 0, 1), littoral.round(-2.5), littoral.hypot(3, 4), littoral.min(2, 1), littoral.max(2, 1), littoral.length('a\u{1F600}')]).toEqual([1, 1, -2, 5, 1, 2, 2]);
    expect([littoral.coalesce(null as unknown as number, 2), littoral.isNull(null), littoral.isNaN(NaN), littoral.startsWith('ab', 'a'), littoral.contains('ab', 'b'), littoral.lower('A'), littoral.upper('a')]).toEqual([2, true, true, true, true, 'a', 'A']);
  });

  it('has one maker per aggregate, whose options the aggregate knows', () => {
    const made = [
      littoral.count('x'),
      littoral.countDistinct('x', { exactValuesMax: 5 }),
      littoral.median('x', { exactValuesMax: 5 }),
      littoral.mode('x'),
      littoral.range('x'),
      littoral.variance('x', { ddof: 0 }),
      littoral.quantile('x', { q: 0.5, method: 'linear', exactValuesMax: 5 }),
      littoral.rateOfChange('x'),
      littoral.slope('x'),
      littoral.covariance('x', 'y', { ddof: 0 }),
      littoral.correlation('x', 'y'),
      littoral.collect('x', { limit: 5, beyond: 'keepLast' }),
      littoral.sum('x'),
      littoral.mean('x'),
      littoral.min('x'),
      littoral.max('x'),
      littoral.first('x'),
      littoral.last('x'),
      littoral.stddev('x', { ddof: 0 }),
      littoral.rms('x'),
      littoral.welchPeak('x', { sampleHz: 1, segmentSize: 8 }),
      littoral.peak('x'),
      littoral.peakToPeak('x'),
      littoral.crest('x'),
      littoral.skewness('x', { bias: false }),
      littoral.kurtosis('x', { fisher: false, bias: false }),
      littoral.zeroCrossings('x', { zero: 'ignore' }),
      littoral.peakCount('x', { height: 1, threshold: 1, distance: 1, prominence: 1 }),
      littoral.findPeaks('x', { height: 1, threshold: 1, distance: 1, prominence: 1 }),
      littoral.dominantFrequency('x', { sampleHz: 1 }),
      littoral.bandPower('x', { sampleHz: 1, lowHz: 0, highHz: 1, segmentSize: 8, method: 'simpson', relative: true }),
      littoral.spectralCentroid('x', { sampleHz: 1, spectrum: 'magnitude' }),
      littoral.spectralSpread('x', { sampleHz: 1 }),
      littoral.spectralEntropy('x', { sampleHz: 1, normalize: true }),
      littoral.goertzel('x', { sampleHz: 4, frequencyHz: 1, output: 'power' }),
      littoral.envelopeRms('x'),
      littoral.envelopePeak('x'),
      littoral.psd('x', { sampleHz: 1, segmentSize: 8, window: 'hann', detrend: 'none', scaling: 'spectrum', average: 'median' }),
      littoral.periodogram('x', { sampleHz: 1, window: 'hann', detrend: 'none', scaling: 'spectrum' }),
      littoral.detrend('x', { type: 'constant' }),
      littoral.medfilt('x', { kernelSize: 5 }),
      littoral.savgol('x', { windowLength: 5, polyOrder: 2, derivative: 1, sampleHz: 1 }),
      littoral.butterworth('x', { sampleHz: 10, kind: 'lowpass', order: 2, cutoffHz: 1, lowHz: 1, highHz: 2, zeroPhase: false } as Parameters<typeof littoral.butterworth>[1]),
      littoral.notch('x', { sampleHz: 10, frequencyHz: 1, quality: 5, zeroPhase: false }),
      littoral.envelope('x'),
      littoral.resample('x', { samples: 5 }),
      littoral.resamplePoly('x', { up: 1, down: 2 }),
      littoral.decimate('x', { factor: 2, filter: 'fir' })
    ];
    expect(made.map(aggregate => aggregate.fn).sort()).toEqual(Object.keys(aggregateSpecs).sort());
    for (const aggregate of made) {
      const options = 'options' in aggregate ? Object.keys(aggregate.options ?? {}) : [];
      expect(options).toEqual(aggregateSpecs[aggregate.fn]?.options.map(option => option.name));
    }
  });
});
