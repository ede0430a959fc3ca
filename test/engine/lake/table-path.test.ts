import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodePath, encodePath } from '../../../engine/lake/table-path';

it.each(['../x', 'a/../b', '/etc/passwd', 'file:///x', 's3://b/x', 'a//b', '', '.', 'a\\b', 'a%2F..%2F..%2Fb', '%zz', 'a%00b', 7, null])('no path inside a table is %j', encoded => {
  expect(decodePath(encoded)).toBeNull();
});

it('a path comes back as it went in, whatever its names', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(text => !/[/\\\0]/.test(text) && text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), names => {
      const path = ['day=2026-01-01', ...names].join('/');
      expect(decodePath(encodePath(path))).toBe(path);
    })
  );
});
