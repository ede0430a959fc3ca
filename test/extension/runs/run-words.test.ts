import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conservationSentence, endSentence, statusWords } from '../../../extension/runs/run-words';
import { snapshotOf } from './snapshot';

const plain = (text: string): string => text.replace(/\u202f/g, ' ');

describe('conservation in words', () => {
  it('says the sum as the design says it', () => {
    const snapshot = snapshotOf({ state: 'stopped', elapsedMs: 192_000, rowsIn: 15_402, late: 3 });
    expect(plain(endSentence(snapshot))).toBe('stopped after 3 min 12 s, 15 402 in = 15 399 counted + 3 late');
  });

  it('names gaps and dead letters', () => {
    const snapshot = snapshotOf({ rowsIn: 100, late: 1, inGap: 2, deadLetters: { JSON: 3, CLOCK: 4 } });
    expect(plain(conservationSentence(snapshot))).toBe('100 in = 90 counted + 1 late + 2 in a gap + 7 dead');
  });

  it('does not hide a violation', () => {
    expect(conservationSentence(snapshotOf({ rowsIn: 10, conservationError: 2 }))).toMatch(/2.rows unaccounted for/);
  });

  const seed = 1;
  it(`adds up for every run (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(50), fc.nat(50), fc.nat(50), (more, late, inGap, dead) => {
        const words = conservationSentence(snapshotOf({ rowsIn: more + late + inGap + dead, late, inGap, deadLetters: { D: dead } }));
        const numbers = (words.replace(/\u202f/g, '').match(/\d+/g) ?? []).map(Number);
        expect(numbers[0]).toBe(numbers.slice(1).reduce((sum, part) => sum + part, 0));
      }),
      { seed, numRuns: 200 }
    );
  });
});

describe('status bar', () => {
  it.each([
    [{ connections: [], runs: 0, late: 0, dead: 0 }, 'no stream'],
    [{ connections: [{ name: 'plant', messagesPerS: 80.2 }], runs: 2, late: 3, dead: 0 }, 'plant · 80 msg/s · 2 runs · 3 late'],
    [{ connections: [{ name: 'a', messagesPerS: 1 }, { name: 'b', messagesPerS: 2 }], runs: 1, late: 0, dead: 1 }, '2 connections · 3 msg/s · 1 run · 1 dead']
  ])('says %j as "%s"', (state, words) => expect(plain(statusWords(state))).toBe(words));
});
