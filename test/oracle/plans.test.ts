import { describe, expect, test } from 'vitest';
import { checkCase, findingText } from './check-case';

const CASES = 600;
const TIMEOUT_MS = 300_000;

describe('random plans on random streams', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test(`the engine gives what the oracle gives, however inputs are cut and wherever it is restored (${CASES} cases from seed ${seed})`, () => {
    for (let index = 0; index < CASES; index++) {
      const finding = checkCase(seed + index);
      expect(finding === null ? '' : findingText(finding)).toBe('');
    }
  }, TIMEOUT_MS);
});
