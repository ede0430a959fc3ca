import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlanError } from '../../../engine/error';
import { prepareExpression } from '../../../engine/expression/evaluate';
import { expressionFromJson } from '../../../engine/expression/json';
import { parseExpression } from '../../../engine/expression/parse';
import type { Schema } from '../../../engine/schema/schema';
import { batchOf } from './batches';

const schema: Schema = {
  fields: [
    { name: 'x', type: 'float64', nullable: true },
    { name: 'n', type: 'int64', nullable: false },
    { name: 's', type: 'utf8', nullable: true },
    { name: 'ok', type: 'bool', nullable: false }
  ]
};
const batch = batchOf(schema, [
  { x: 1.5, n: 2n ** 63n - 1n, s: 'a', ok: true },
  { x: null, n: 0n, s: null, ok: false }
]);

const tokens = [
  ...['r', 'p', '.', '.', '[', ']', '(', ')', '(', ')', '{', '}', ',', ';', '?', ':', '??', '?.', '=>', '=', '==', '===', '!=', '<', '>=', '+', '-', '*', '/', '%', '**', '!', '&&', '||', '&', '~', '...', '`', '${', '#', '@', '\n', '\\u0078'],
  ...['x', 'n', 's', 'ok', 'k', 'constructor', '__proto__', 'prototype', 'this', 'new', 'typeof', 'void', 'delete', 'await', 'async', 'yield', 'function', 'class', 'import', 'in', 'return', 'null', 'undefined', 'true', 'NaN', 'Math', 'sqrt', 'min', 'Number', 'globalThis', '$notebook', 'eval'],
  ...['0', '1', '2.5', '9007199254740993', '5n', '1e400', '0x1F', '08', '"x"', "'n'", '/a/']
];

/** Accepts or refuses `source`; what it accepts must survive JSON, the checker and a batch. */
function survive(source: string): 'accepted' | 'refused' {
  try {
    const expression = parseExpression(source, { schema, parameters: { k: 1 } });
    expect(expressionFromJson(JSON.parse(JSON.stringify(expression)), 'e')).toEqual(expression);
    const prepared = prepareExpression(expression, schema);
    const column = prepared.evaluate(batch);
    if (!prepared.nullable) expect(column.validity?.includes(0) ?? false).toBe(false);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    expect(error.message.length).toBeLessThan(2000);
    return 'refused';
  }
}

describe('any text', () => {
  it('made of the language and its temptations is accepted or refused with a PlanError', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 12 }), fc.constantFrom('r => ', '(r, p) => ', ''), (parts, prefix) => {
        survive(prefix + parts.join(' '));
        survive(prefix + parts.join(''));
      }),
      { numRuns: 1000 }
    );
  });

  it('of a good expression with one part replaced is accepted or refused with a PlanError', () => {
    const good = ['(r, p)', '=>', 'r.x', '>', 'p.k', '&&', '(', 'min(', 'r.n', ',', '2.5', ')', '<=', 'sqrt(', 'r["x"]', ')', '||', 'r.s', '===', '"a"', ')', '?', 'r.ok', ':', '!', 'r.ok'];
    expect(survive(good.join(' '))).toBe('accepted');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.array(fc.constantFrom(...tokens), { maxLength: 3 }), (index, replacement) => {
        survive([...good.slice(0, index), ...replacement, ...good.slice(index + 1)].join(' '));
      }),
      { numRuns: 1000 }
    );
  });

  it('nested in any way within the length limit ends in a PlanError, not in an exhausted stack', () => {
    const nests: readonly (readonly [string, string])[] = [['(', ')'], ['!', ''], ['- ', ''], ['[', ']'], ['{a:', '}'], ['1?', ':1'], ['1**', ''], ['r=>', ''], ['abs(', ')'], ['`${', '}`'], ['new ', ''], ['r.', ''], ['1+', ''], ['(1,', ')'], ['r[', ']'], ['async()=>', '']];
    for (const [open, close] of nests) {
      const depth = Math.floor(8000 / (open.length + close.length));
      survive(`r => ${open.repeat(depth)}1${close.repeat(depth)}`);
      survive(`r => ${open.repeat(depth)}`);
    }
  });
});
