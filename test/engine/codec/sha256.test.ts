import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../../../engine/codec/sha256';

describe('Sha256', () => {
  it('gives what node:crypto gives for every length around the block size, in any pieces', () => {
    for (let length = 0; length < 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
      const expected = createHash('sha256').update(bytes).digest('hex');
      expect(new Sha256().update(bytes).hex()).toBe(expected);
      const cut = (length * 7) % (length + 1);
      expect(new Sha256().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).hex()).toBe(expected);
    }
  });
});
