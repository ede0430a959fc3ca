import { describe, expect, it } from 'vitest';
import { runCells } from './run-cells';

interface Case {
  readonly name: string;
  readonly cells: readonly string[];
  /** Value of the last cell. */
  readonly value: unknown;
}

const cases: readonly Case[] = [
  { name: 'the last expression is the result', cells: ['1 + 1'], value: 2 },
  { name: 'a declaration has no result', cells: ['const a = 1;'], value: undefined },
  { name: 'an enum at the end has no result', cells: ['enum E { A, B }'], value: undefined },
  { name: 'an object literal alone is an object', cells: ['{ a: 1, b: [2] }'], value: { a: 1, b: [2] } },
  { name: 'a block alone stays a block', cells: ['let n = 0; ', '{ n = 2; }\nn'], value: 2 },
  { name: 'a string alone is a result, not a directive', cells: ['"hello"'], value: 'hello' },
  { name: 'a comment after the result does not hide it', cells: ['7 // seven'], value: 7 },
  { name: 'only a comment', cells: ['// nothing'], value: undefined },
  { name: 'const lives on in the next cell', cells: ['const a = 2;', 'a * 2'], value: 4 },
  { name: 'let may be reassigned in a later cell', cells: ['let a = 1;', 'a += 5;', 'a'], value: 6 },
  { name: 'const may be redeclared', cells: ['const a = 1;', 'const a = "two";', 'a'], value: 'two' },
  { name: 'a class replaces a const of the same name', cells: ['const T = 1;', 'class T { x = 3 }', 'new T().x'], value: 3 },
  { name: 'closures see a redeclared variable', cells: ['let k = 1; const f = () => k;', 'let k = 10;', 'f()'], value: 10 },
  { name: 'closures see a function that is declared later', cells: ['function f() { return g(); }', 'function g() { return "later"; }', 'f()'], value: 'later' },
  { name: 'functions are hoisted in their cell', cells: ['const v = h(); function h() { return 4; }\nv'], value: 4 },
  { name: 'recursion', cells: ['function fact(n: number): number { return n < 2 ? 1 : n * fact(n - 1); }\nfact(5)'], value: 120 },
  { name: 'object destructuring with default, rename and rest', cells: ['const { a, b: c = 2, ...rest } = { a: 1, x: 8, y: 9 } as Record<string, number>;', '[a, c, rest]'], value: [1, 2, { x: 8, y: 9 }] },
  { name: 'array destructuring with hole and default', cells: ['const [p, , q = 3, [r]] = [1, 2, undefined, [4]] as any;', '[p, q, r]'], value: [1, 3, 4] },
  { name: 'destructuring with a computed key', cells: ['const key = "z"; const { [key]: got } = { z: 5 };', 'got'], value: 5 },
  { name: 'destructuring assignment', cells: ['let a = 1, b = 2;', '[a, b] = [b, a];', '({ a } = { a: a * 10 });', '[a, b]'], value: [20, 1] },
  { name: 'destructuring assignment with a shorthand default', cells: ['let d: number;', '({ d = 7 } = {} as { d?: number });', 'd'], value: 7 },
  { name: 'several declarations in one statement', cells: ['let a = 1, { b } = { b: 2 }, c: number;', '[a, b, c]'], value: [1, 2, undefined] },
  { name: 'shadowing by a parameter', cells: ['const x = 1;', '((x: number) => x + 1)(41)'], value: 42 },
  { name: 'shadowing by a destructured parameter', cells: ['const x = 1;', '(({ x }: { x: number }) => x)({ x: 5 })'], value: 5 },
  { name: 'shadowing by a block', cells: ['const x = 1;', '{ const x = 2; }\nx'], value: 1 },
  { name: 'shadowing by a catch parameter', cells: ['const e = "outer";', 'let seen: unknown; try { throw "inner"; } catch (e) { seen = e; }\n[seen, e]'], value: ['inner', 'outer'] },
  { name: 'shadowing by a loop variable', cells: ['const i = "outer";', 'let sum = 0; for (let i = 0; i < 3; i++) sum += i;\n[sum, i]'], value: [3, 'outer'] },
  { name: 'shadowing by a named function expression', cells: ['const f = 1;', '(function f() { return typeof f; })()'], value: 'function' },
  { name: 'shadowing by a hoisted var in a function', cells: ['const v = 1;', '(() => { v2 = v; var v = 5; var v2; return v; })()'], value: 5 },
  { name: 'a default parameter may use a notebook variable', cells: ['const base = 10;', '((n = base) => n)()'], value: 10 },
  { name: 'shorthand properties take notebook variables', cells: ['const a = 1; const b = 2;', '({ a, b })'], value: { a: 1, b: 2 } },
  { name: 'property names are not variables', cells: ['const a = 1; const o = { a: { a: 2 } };', 'o.a.a'], value: 2 },
  { name: 'labels are not variables', cells: ['const outer = 1; let n = 0; outer: for (const i of [1, 2]) { for (const j of [1, 2]) { n++; continue outer; } }\n[n, outer]'], value: [2, 1] },
  { name: 'loop closures keep their own variable', cells: ['const fs: (() => number)[] = []; for (let i = 0; i < 3; i++) fs.push(() => i);', 'fs.map(f => f())'], value: [0, 1, 2] },
  { name: 'var in a loop belongs to the notebook', cells: ['for (var i = 0; i < 4; i++) {}', 'i'], value: 4 },
  { name: 'var in for-of and for-in', cells: ['for (var v of [1, 2]); for (var k in { x: 1 });', '[v, k]'], value: [2, 'x'] },
  { name: 'var with a pattern in for-of', cells: ['for (var [a, { b }] of [[1, { b: 2 }]] as any);', '[a, b]'], value: [1, 2] },
  { name: 'var in an if belongs to the notebook', cells: ['if (true) { var deep = 9; }', 'deep'], value: 9 },
  { name: 'let in a block does not', cells: ['{ let hidden = 1; }', 'typeof hidden'], value: 'undefined' },
  { name: 'for-of over a notebook variable with assignment target', cells: ['let at = 0; const xs = [1, 2, 3];', 'for (at of xs);', 'at'], value: 3 },
  { name: 'classes with fields, statics, private members and inheritance', cells: ['class A { #p = 1; static made = new A(); get p() { return this.#p; } }', 'class B extends A { q = super.p + 1; }', 'const b = new B(); [A.made.p, b.q, b instanceof A]'], value: [1, 2, true] },
  { name: 'parameter properties', cells: ['class P { constructor(readonly n: number) {} }', 'new P(3).n'], value: 3 },
  { name: 'a static block', cells: ['class S { static v: number; static { const t = 2; S.v = t * 2; } }', 'S.v'], value: 4 },
  { name: 'enums, with computed and negative members', cells: ['enum Level { Low = -1, Mid, High = Mid + 10 }', '[Level.High, Level[-1], Level.Mid]'], value: [10, 'Low', 0] },
  { name: 'a redeclared enum loses its old members', cells: ['enum E { A, B }', 'enum E { C }', 'Object.keys(E)'], value: ['0', 'C'] },
  { name: 'const enum', cells: ['const enum C { X = 3 }', 'C.X'], value: 3 },
  { name: 'namespaces', cells: ['namespace N { export const v = 5; export function f() { return v + 1; } }', 'N.f()'], value: 6 },
  { name: 'top-level await', cells: ['const v = await Promise.resolve(6);', 'v'], value: 6 },
  { name: 'a promise as the last expression is awaited', cells: ['Promise.resolve(8)'], value: 8 },
  { name: 'await inside an expression', cells: ['(await Promise.resolve([1, 2])).map(x => x * 2)'], value: [2, 4] },
  { name: 'await in an async arrow without braces', cells: ['const f = async (x: number) => await Promise.resolve(x) + 1;', 'f(1)'], value: 2 },
  { name: 'for await', cells: ['async function* gen() { yield 1; yield 2; }\nlet total = 0; for await (const v of gen()) total += v;', 'total'], value: 3 },
  { name: 'async generators and yield', cells: ['function* g() { const got: number = yield 1; return got; }', 'const it = g(); it.next(); it.next(5).value'], value: 5 },
  { name: 'export is ignored', cells: ['export const shared = 1; export function f() { return shared; }', 'f()'], value: 1 },
  { name: 'export lists are ignored', cells: ['const a = 1; export { a };', 'a'], value: 1 },
  { name: 'export default is the result', cells: ['export default 1 + 2'], value: 3 },
  { name: 'export default of a function keeps its name', cells: ['export default function named() { return 2; }', 'named()'], value: 2 },
  { name: 'types alone leave nothing', cells: ['interface Row { x: number } type Id = string; declare const later: number;'], value: undefined },
  { name: 'type-only imports leave nothing', cells: ['import type { Plan } from "nowhere";'], value: undefined },
  { name: 'satisfies, as, non-null and generics', cells: ['const m = new Map<string, number>([["a", 1]]);', '(m.get("a")! as number) satisfies number'], value: 1 },
  { name: 'imports become variables of the notebook', cells: ['import def, { one, two as zwei } from "lib"; import * as all from "other";', '[def, one, zwei, all]'], value: ['lib.default', 'lib.one', 'lib.two', 'other.*'] },
  { name: 'a global may be shadowed and is found again elsewhere', cells: ['const Math = { PI: 3 };', '[Math.PI, Number.isFinite(1)]'], value: [3, true] },
  { name: 'a name of the worker may be declared', cells: ['const name = "mine"; const performance = 5;', '[name, performance]'], value: ['mine', 5] },
  { name: 'typeof of an unknown name', cells: ['typeof nothingLikeThis'], value: 'undefined' },
  { name: 'typeof of a notebook variable', cells: ['const t = 1n;', 'typeof t'], value: 'bigint' },
  { name: 'assignment without a declaration', cells: ['loose = 5;', 'loose + 1'], value: 6 },
  { name: 'anonymous functions and classes take the name of their variable', cells: ['const f = () => 1, g = function () {}, C = class {};', '[f.name, g.name, C.name]'], value: ['f', 'g', 'C'] },
  { name: 'a call keeps this undefined', cells: ['function who(this: unknown) { return this; }', 'who()'], value: undefined },
  { name: 'a method call keeps its receiver', cells: ['const o = { v: 3, get() { return this.v; } };', 'o.get()'], value: 3 },
  { name: 'tagged templates', cells: ['const tag = (s: TemplateStringsArray, ...v: unknown[]) => s.join("|") + v.join(","); const n = 2;', 'tag`a${n}b`'], value: 'a|b2' },
  { name: 'optional calls and chains', cells: ['let maybe: undefined | (() => number); const o: any = null;', '[maybe?.(), o?.x.y]'], value: [undefined, undefined] },
  { name: 'update and compound assignment', cells: ['let n = 1; let m: number | null = null;', 'n++; n **= 3; m ??= 4;', '[n, m]'], value: [8, 4] },
  { name: 'new on a notebook class with arguments', cells: ['class V { constructor(public a: number, public b: number) {} }', 'const v = new V(1, 2); v.a + v.b'], value: 3 },
  { name: 'switch with its own scope', cells: ['const k = 2; const y = "outer";', 'let r = ""; switch (k) { case 2: const y = "inner"; r = y; }\n[r, y]'], value: ['inner', 'outer'] },
  { name: 'regular expressions and template literals stay whole', cells: ['const a = 1;', '`${a}-${/a\\/b/.source}`'], value: '1-a\\/b' },
  { name: 'getters and setters with computed names', cells: ['const k = "dyn"; const o = { get [k]() { return 1; } };', 'o.dyn'], value: 1 },
  { name: 'comma expressions', cells: ['let a = 0;', '(a = 1, a + 1)'], value: 2 },
  { name: 'import.meta has a url', cells: ['import.meta.url'], value: 'cell-1' },
  { name: 'an arrow keeps a readable text', cells: ['((r: { x: number }) => Math.abs(r.x) > 2).toString()'], value: '(r) => Math.abs(r.x) > 2' },
  { name: 'an arrow names the notebook variables it uses', cells: ['const limit = 2; const f = (r: { x: number }) => r.x > limit;', 'f.toString()'], value: '(r) => r.x > $notebook.limit' },
  { name: 'an arrow calls imported functions plainly', cells: ['import { abs } from "lib";', '(r => abs(r.x)).toString()'], value: 'r => $notebook.abs(r.x)' }
];

describe('the cell transform', () => {
  it.each(cases)('$name', async ({ cells, value }) => {
    const values = await runCells(cells);
    expect(values.at(-1)).toEqual(value);
  });

  it('refuses to write to a constant, of this cell or of an earlier one', async () => {
    const [, later, same, update] = await runCells(['const c = 1;', 'c = 2;', 'const d = 1; d += 1;', 'c++']);
    for (const error of [later, same, update]) expect(error).toBeInstanceOf(TypeError);
    expect(String(later)).toBe('TypeError: assignment to constant variable "c"; declare it with let to change it');
  });

  it('says that a name is not defined', async () => {
    const [error] = await runCells(['missing + 1']);
    expect(String(error)).toBe('ReferenceError: missing is not defined');
  });

  it('keeps the old value when a redeclaring cell fails', async () => {
    const values = await runCells(['const a = 1;', 'const a = (() => { throw new Error("no"); })();', 'a']);
    expect(values.at(-1)).toBe(1);
  });
});
