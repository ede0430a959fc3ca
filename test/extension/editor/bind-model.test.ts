import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editsOf } from '../../../extension/editor/bind-model';
import { hexColour } from '../../../extension/editor/monaco-theme';
import { linePath } from '../../../extension/ui/sparkline';
import { KERNEL_NAME } from '../../../extension/kernel/kernel-name';
import { kernelSpec } from '../../../kernels/typescript/plugin-parts';

const apply = (text: string, edits: readonly { offset: number; removed: number; text: string }[]): string => edits.reduce((now, edit) => now.slice(0, edit.offset) + edit.text + now.slice(edit.offset + edit.removed), text);

describe('edits of a shared text', () => {
  const seed = 3;
  it(`lead from the old text to the new one (seed ${seed})`, () => {
    const part = fc.oneof(fc.record({ retain: fc.integer({ min: 1, max: 5 }) }), fc.record({ insert: fc.string({ minLength: 1, maxLength: 4 }) }), fc.record({ delete: fc.integer({ min: 1, max: 3 }) }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), delta => {
        const source = 'the quick brown fox jumps over the lazy dog';
        let at = 0;
        let expected = '';
        for (const step of delta) {
          if ('retain' in step) {
            expected += source.slice(at, at + step.retain);
            at += step.retain;
          } else if ('insert' in step) expected += step.insert;
          else at += step.delete;
        }
        expect(apply(source, editsOf(delta))).toBe(expected + source.slice(at));
      }),
      { seed, numRuns: 200 }
    );
  });
});

describe('colours and lines', () => {
  it.each([
    ['#ABC', '#aabbcc'],
    ['rgb(25, 118, 210)', '#1976d2'],
    ['rgba(0 0 0 / 50%)', '#000000'],
    ['teal', '#111111']
  ])('gives Monaco %s as %s', (colour, hex) => expect(hexColour(colour, '#111111')).toBe(hex));

  it('breaks a line where a value is missing', () => {
    expect(linePath([0, 1, NaN, 1], { width: 30, height: 10, min: 0, max: 1 })).toBe('M0 10L10 0M30 0');
  });
});

describe('kernel name', () => {
  it('is the same as in the kernel’s specification', () => expect(KERNEL_NAME).toBe(kernelSpec.name));
});
