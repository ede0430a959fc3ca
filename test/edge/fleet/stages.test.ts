import { describe, expect, it } from 'vitest';
import { isSelected, parseStages } from '../../../edge/fleet/stages';

describe('stages of a roll-out', () => {
  it.each([
    ['1,10%,100%', 40, [1, 4, 40]],
    ['1,10%,100%', 3, [1, 3]],
    ['100%', 7, [7]],
    ['2, 5', 9, [2, 5]],
    ['1,1%,50%,100%', 2, [1, 2]]
  ])('%s of %i agents', (text, total, counts) => {
    expect(parseStages(text, total)).toEqual(counts);
  });

  it.each(['', '0', '101%', 'half', '5,2', '1;2', '-1'])('refuses "%s" and says what is expected', text => {
    expect(() => parseStages(text, 10)).toThrowError(/Correct --stages/);
  });

  it('selects agents that have every label', () => {
    const labels = { site: 'north', line: '7' };
    expect([[], ['site=north'], ['site=north', 'line=7'], ['site=south'], ['line=7', 'x=1'], ['toString=']].map(selectors => isSelected(labels, selectors))).toEqual([true, true, true, false, false, false]);
    expect(() => isSelected(labels, ['north'])).toThrowError(/label=value/);
  });
});
