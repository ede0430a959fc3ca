import { describe, expect, it } from 'vitest';
import { PlanError } from '../../../engine/error';
import { expressionFromJson } from '../../../engine/expression/json';
import type { Parameters } from '../../../engine/expression/parse';
import { parseExpression } from '../../../engine/expression/parse';
import type { Schema } from '../../../engine/schema/schema';

const schema: Schema = {
  fields: [
    { name: 'device', type: 'utf8', nullable: false },
    { name: 'score', type: 'float64', nullable: true },
    { name: 'rms', type: 'float64', nullable: false },
    { name: 'mv', type: 'int64', nullable: false },
    { name: 'odd name', type: 'float64', nullable: false }
  ]
};

function refusalOf(source: string, parameters?: Parameters): PlanError {
  try {
    parseExpression(source, { schema, subject: 'filter', ...(parameters === undefined ? {} : { parameters }) });
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
  throw new Error(`"${source}" was accepted`);
}

describe('parseExpression', () => {
  it('turns an arrow function into the typed tree', () => {
    expect(parseExpression('r => r.score > 0.8 && r.rms < 5', { schema })).toEqual({
      kind: 'binary',
      op: '&&',
      left: { kind: 'binary', op: '>', left: { kind: 'column', name: 'score', offset: 5 }, right: { kind: 'literal', value: 0.8, type: 'float64' } },
      right: { kind: 'binary', op: '<', left: { kind: 'column', name: 'rms', offset: 22 }, right: { kind: 'literal', value: 5, type: 'int32' } }
    });
  });

  it('reads the text of a real function', () => {
    const predicate = (r: { mv: number }) => r.mv / 9.81;
    expect(parseExpression(predicate.toString(), { schema })).toMatchObject({ kind: 'binary', op: '/', left: { name: 'mv' } });
  });

  it.each([
    ['brackets with a literal', 'r => r["odd name"]', { kind: 'column', name: 'odd name' }],
    ['a block with one return', 'r => { return r.rms; }', { kind: 'column', name: 'rms' }],
    ['a row of another name', '(row) => row.rms', { kind: 'column', name: 'rms' }],
    ['no row at all', '() => true', { kind: 'literal', value: true, type: 'bool' }],
    ['bare functions', 'r => sqrt(r.rms)', { kind: 'call', fn: 'sqrt' }],
    ['functions of Math', 'r => Math.sqrt(r.rms)', { kind: 'call', fn: 'sqrt' }],
    ['Math.log is ln', 'r => Math.log(r.rms)', { kind: 'call', fn: 'ln' }],
    ['functions in a notebook cell', 'r => $notebook.sqrt(r.rms)', { kind: 'call', fn: 'sqrt' }],
    ['functions imported by a bundler', 'r => (0, import_littoral.sqrt)(r.rms)', { kind: 'call', fn: 'sqrt' }],
    ['methods of a text', 'r => r.device.startsWith("b")', { kind: 'call', fn: 'startsWith' }],
    ['constants of Math', 'r => Math.PI', { kind: 'literal', value: Math.PI, type: 'float64' }],
    ['a negative literal', 'r => -1.5', { kind: 'literal', value: -1.5, type: 'float64' }],
    ['1.0 as the integer it is', 'r => 1.0', { kind: 'literal', value: 1, type: 'int32' }],
    ['an integer over 32 bits', 'r => 1700000000000', { kind: 'literal', value: 1700000000000, type: 'int64' }],
    ['an exact int64', 'r => -9007199254740993n', { kind: 'literal', value: '-9007199254740993', type: 'int64' }],
    ['=== as ==', 'r => r.device === "b1"', { kind: 'binary', op: '==' }],
    ['an escaped column name that exists', 'r => r.\\u0072ms', { kind: 'column', name: 'rms' }]
  ])('accepts %s', (_name, source, expected) => {
    expect(parseExpression(source, { schema })).toMatchObject(expected);
  });

  it('writes parameters into the tree as literals', () => {
    expect(parseExpression('(r, p) => r.score > p.threshold && r.device != p["name"]', { schema, parameters: { threshold: 0.8, name: 'b1' } })).toMatchObject({
      left: { right: { kind: 'literal', value: 0.8, type: 'float64' } },
      right: { right: { kind: 'literal', value: 'b1', type: 'utf8' } }
    });
  });

  it('names the position, the columns and the nearest one when a column is unknown', () => {
    const error = refusalOf('r =>\n  r.scroe > 0.8');
    expect(error.code).toBe('UNKNOWN_COLUMN');
    expect(error.message).toBe('filter at 2:3: `r.scroe` names no column. The rows have "device", "score", "rms", "mv", "odd name". Did you mean "score"?');
    expect(error.details).toEqual({ path: 'filter', offset: 7, line: 2, column: 3 });
  });

  it('advises a parameter for a variable from outside, also as a notebook cell writes it', () => {
    for (const source of ['r => r.score > threshold', 'r => r.score > $notebook.threshold']) {
      const error = refusalOf(source);
      expect(error.code).toBe('OUTER_VARIABLE');
      expect(error.message).toContain('"threshold"');
      expect(error.message).toContain('(r, p) => … p.threshold …, { threshold }');
    }
  });

  it('says where types do not fit', () => {
    const error = refusalOf('r => r.rms > 1 &&\n  r.device > 2');
    expect(error.message).toBe('filter at 2:3: ">" got utf8 (column "device") and int32; expected two numbers, two texts or two bools.');
    expect(error.details).toEqual({ path: 'filter', offset: 20, line: 2, column: 3 });
    expect(refusalOf('r => r.score !== null').message).toBe('filter at 1:6: != with null is null for every row; expected isNull(r.column) to test for a missing value, !isNull(r.column) for a present one.');
  });

  it('names the given parameters when one is unknown', () => {
    const error = refusalOf('(r, p) => r.score > p.treshold', { threshold: 1 });
    expect(error.code).toBe('UNKNOWN_PARAMETER');
    expect(error.message).toContain('Did you mean "threshold"?');
  });

  it.each([
    ['constructor of a row', 'r => r.constructor', 'UNKNOWN_COLUMN'],
    ['__proto__ of a row', 'r => r.__proto__', 'UNKNOWN_COLUMN'],
    ['constructor in brackets', 'r => r["constructor"]("return process")()', 'EXPRESSION_REFUSED'],
    ['constructor of a literal', 'r => "".constructor.constructor("return 1")()', 'EXPRESSION_REFUSED'],
    ['constructor of a column', 'r => r.rms.constructor', 'EXPRESSION_REFUSED'],
    ['constructor written with escapes', 'r => r.\\u0063onstructor', 'UNKNOWN_COLUMN'],
    ['constructor of the parameters', '(r, p) => p.constructor', 'UNKNOWN_PARAMETER'],
    ['__proto__ of the parameters', '(r, p) => p.__proto__', 'UNKNOWN_PARAMETER'],
    ['a computed column name', 'r => r[r.device]', 'EXPRESSION_REFUSED'],
    ['a joined column name', 'r => r["con" + "structor"]', 'EXPRESSION_REFUSED'],
    ['a template as a column name', 'r => r[`constructor`]', 'EXPRESSION_REFUSED'],
    ['a tagged template', 'r => String.raw`x`', 'EXPRESSION_REFUSED'],
    ['a template', 'r => `x${r.rms}`', 'EXPRESSION_REFUSED'],
    ['a comma', 'r => (r.rms, r.score)', 'EXPRESSION_REFUSED'],
    ['a comma before a call of something else', 'r => (0, eval)("1")', 'EXPRESSION_REFUSED'],
    ['a comma before a method of a stranger', 'r => (0, globalThis.sqrt)(r.rms)', 'EXPRESSION_REFUSED'],
    ['a function of the notebook', 'r => (0, $notebook.sqrt)(r.rms)', 'UNKNOWN_FUNCTION'],
    ['an imported function that is not of the registry', 'r => $notebook.publish(r.rms)', 'UNKNOWN_FUNCTION'],
    ['eval', 'r => eval("1")', 'UNKNOWN_FUNCTION'],
    ['Function', 'r => Function("return 1")()', 'EXPRESSION_REFUSED'],
    ['new', 'r => new Date()', 'EXPRESSION_REFUSED'],
    ['import()', 'r => import("fs")', 'EXPRESSION_REFUSED'],
    ['this', 'r => this.x', 'EXPRESSION_REFUSED'],
    ['a getter', 'r => ({ get x() { return 1 } }).x', 'EXPRESSION_REFUSED'],
    ['an object', 'r => ({ a: 1 })', 'EXPRESSION_REFUSED'],
    ['a list', 'r => [1]', 'EXPRESSION_REFUSED'],
    ['a spread', 'r => Math.max(...r.rms)', 'EXPRESSION_REFUSED'],
    ['an assignment', 'r => r.rms = 3', 'EXPRESSION_REFUSED'],
    ['an increment', 'r => r.rms++', 'EXPRESSION_REFUSED'],
    ['delete', 'r => delete r.rms', 'EXPRESSION_REFUSED'],
    ['typeof', 'r => typeof r.rms', 'EXPRESSION_REFUSED'],
    ['in', 'r => "rms" in r', 'EXPRESSION_REFUSED'],
    ['instanceof', 'r => r instanceof Object', 'EXPRESSION_REFUSED'],
    ['bits', 'r => r.mv & 1', 'EXPRESSION_REFUSED'],
    ['optional chaining', 'r => r?.rms', 'EXPRESSION_REFUSED'],
    ['a regular expression', 'r => /x/.test(r.device)', 'UNKNOWN_FUNCTION'],
    ['a nested function', 'r => (() => 1)()', 'EXPRESSION_REFUSED'],
    ['a function in a function', 'r => s => s.rms', 'EXPRESSION_REFUSED'],
    ['Math.random', 'r => Math.random()', 'UNKNOWN_FUNCTION'],
    ['a default parameter', '(r = globalThis) => r.rms', 'EXPRESSION_REFUSED'],
    ['a destructured row', '({ rms }) => rms', 'EXPRESSION_REFUSED'],
    ['rest parameters', '(...r) => r.rms', 'EXPRESSION_REFUSED'],
    ['async', 'async r => r.rms', 'EXPRESSION_REFUSED'],
    ['await', 'async r => await r.rms', 'EXPRESSION_REFUSED'],
    ['statements', 'r => { let x = 1; return x; }', 'EXPRESSION_REFUSED'],
    ['an empty block', 'r => {}', 'EXPRESSION_REFUSED'],
    ['a function expression', 'function (r) { return r.rms; }', 'EXPRESSION_REFUSED'],
    ['more after the function', 'r => r.rms; process.exit()', 'EXPRESSION_REFUSED'],
    ['the whole row', 'r => r', 'EXPRESSION_REFUSED'],
    ['undefined', 'r => r.rms === undefined', 'EXPRESSION_REFUSED'],
    ['an infinite literal', 'r => 1e400', 'EXPRESSION_REFUSED'],
    ['an integer a double cannot hold', 'r => 9007199254740993', 'EXPRESSION_REFUSED'],
    ['an integer outside int64', 'r => 9223372036854775808n', 'EXPRESSION_REFUSED'],
    ['a private name', 'r => #x in r', 'EXPRESSION_SYNTAX'],
    ['no text', '', 'EXPRESSION_SYNTAX'],
    ['half a text', 'r => r.', 'EXPRESSION_SYNTAX'],
    ['native code', 'function sqrt() { [native code] }', 'EXPRESSION_SYNTAX']
  ])('refuses %s', (_name, source, code) => {
    const error = refusalOf(source);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^filter at \d+:\d+: /u);
    expect(error.details).toHaveProperty('offset');
  });

  it('refuses texts that are too long, too deep or too large', () => {
    expect(refusalOf(`r => ${'1'.repeat(9000)}`).code).toBe('EXPRESSION_LIMIT');
    expect(refusalOf(`r => ${'('.repeat(4000)}1${')'.repeat(4000)}`).code).toBe('EXPRESSION_LIMIT');
    expect(refusalOf(`r => ${'!'.repeat(2000)}true`).code).toBe('EXPRESSION_LIMIT');
    expect(refusalOf(`r => ${'1 ? 1 : '.repeat(900)}1`).code).toBe('EXPRESSION_LIMIT');
    expect(refusalOf(`r => ${Array.from({ length: 60 }, () => `max(${Array.from({ length: 16 }, () => '1.5').join(',')})`).join('+')}`).code).toBe('EXPRESSION_LIMIT');
  });

  it('refuses parameters that are not plain values', () => {
    const parameters = { threshold: { valueOf: () => 1 } } as unknown as Parameters;
    expect(refusalOf('(r, p) => r.rms > p.threshold', parameters).message).toContain('is a parameter of type object');
    expect(refusalOf('(r, p) => r.rms > p.threshold', { threshold: NaN }).message).toContain('is NaN');
  });
});

describe('expressionFromJson', () => {
  it('gives back what the parser made', () => {
    const expression = parseExpression('r => coalesce(r.score, -1) > 0.5 ? !isNull(r.score) : r.mv == 9007199254740993n', { schema });
    expect(expressionFromJson(JSON.parse(JSON.stringify(expression)), 'predicate')).toEqual(expression);
  });

  it.each([
    ['no object', 3],
    ['null', null],
    ['a list', []],
    ['an unknown kind', { kind: 'eval', source: '1' }],
    ['a kind of the prototype', { kind: 'constructor' }],
    ['an unknown field', { kind: 'column', name: 'x', extra: 1 }],
    ['an own __proto__', JSON.parse('{"kind":"column","name":"x","__proto__":{}}')],
    ['an unknown operator', { kind: 'unary', op: '~', operand: { kind: 'literal', value: 1, type: 'int32' } }],
    ['an unknown function', { kind: 'call', fn: 'toString', args: [] }],
    ['arguments that are no list', { kind: 'call', fn: 'abs', args: { length: 1 } }],
    ['too many arguments', { kind: 'call', fn: 'max', args: Array.from({ length: 17 }, () => ({ kind: 'literal', value: 1, type: 'int32' })) }],
    ['a literal of another type', { kind: 'literal', value: '1', type: 'int32' }],
    ['an int32 with a fraction', { kind: 'literal', value: 1.5, type: 'int32' }],
    ['an int64 beyond the range', { kind: 'literal', value: '9223372036854775808', type: 'int64' }],
    ['an int64 in another spelling', { kind: 'literal', value: '0x10', type: 'int64' }],
    ['a missing operand', { kind: 'binary', op: '+', left: { kind: 'literal', value: 1, type: 'int32' } }],
    ['a negative offset', { kind: 'column', name: 'x', offset: -1 }],
    ['a name that is no text', { kind: 'column', name: 7 }]
  ])('refuses %s', (_name, json) => {
    expect(() => expressionFromJson(json, 'nodes[1].config.predicate')).toThrow(/^nodes\[1\]\.config\.predicate.*expected/u);
  });

  it('refuses depth and size before they cost anything', () => {
    let deep: unknown = { kind: 'literal', value: true, type: 'bool' };
    for (let level = 0; level < 100_000; level++) deep = { kind: 'unary', op: '!', operand: deep };
    expect(() => expressionFromJson(deep, 'p')).toThrow(/deeper than 100/u);
    const wide = (depth: number): unknown => (depth === 0 ? { kind: 'literal', value: 1, type: 'int32' } : { kind: 'binary', op: '+', left: wide(depth - 1), right: wide(depth - 1) });
    expect(() => expressionFromJson(wide(10), 'p')).toThrow(/more than 1000 nodes/u);
  });
});
