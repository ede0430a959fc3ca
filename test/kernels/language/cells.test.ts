import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../../kernels/typescript/language-port';
import { LanguageService } from '../../../kernels/typescript/language/service';
import { libraryTypes } from './library-types';

let language: LanguageService;
let nextNotebook = 1;

beforeAll(() => {
  language = new LanguageService(libraryTypes());
});

/** Runs the cells through compiler and type checker; gives the problems of the last one. */
async function problemsOf(...cells: readonly string[]): Promise<readonly Problem[]> {
  const notebook = `notebook-${nextNotebook++}`;
  let last: readonly Problem[] = [];
  for (const [index, source] of cells.entries()) {
    const compiled = await language.compile(notebook, source, index + 1);
    if (!compiled.ok) return [compiled.problem];
    last = await language.problems(notebook, compiled.checkId);
  }
  return last;
}

async function completionsOf(cells: readonly string[], marked: string): Promise<string[]> {
  const notebook = `notebook-${nextNotebook++}`;
  for (const [index, source] of cells.entries()) await language.compile(notebook, source, index + 1);
  const offset = marked.indexOf('|');
  const { items } = await language.complete(notebook, marked.replace('|', ''), offset);
  return items.map(({ text }) => text);
}

const clean: readonly (readonly [name: string, cells: readonly string[]])[] = [
  ['a variable of an earlier cell', ['const a = 1;', 'const b: number = a;']],
  ['top-level await', ['const r = await Promise.resolve(1);', 'r.toFixed()']],
  ['a let that a later cell assigns', ['let n = 1;', 'n = 2; n += 1;']],
  ['a const declared again with another type', ['const a = 1;', 'const a = "text";', 'a.toUpperCase()']],
  ['an interface of an earlier cell', ['interface Row { x: number }', 'const rows: Row[] = [{ x: 1 }];', 'rows.map(r => r.x)']],
  ['a type declared again', ['type T = string;', 'type T = number;', 'const t: T = 1;']],
  ['a class as value and as type', ['class P { constructor(readonly n: number) {} }', 'const p: P = new P(1); p.n']],
  ['an enum as value and as type', ['enum E { A, B }', 'const e: E = E.B;']],
  ['a function of an earlier cell', ['function f<T>(x: T): T[] { return [x]; }', 'f(1)[0]!.toFixed()']],
  ['destructured variables', ['const { a, b: [c] } = { a: 1, b: ["x"] };', 'a.toFixed() + c.toUpperCase()']],
  ['a name assigned without a declaration, later', ['loose = 5;', 'loose + 1']],
  ['an exported declaration', ['export const shared = 1;', 'shared.toFixed()']],
  ['an ambient declaration', ['declare const later: number;', 'later.toFixed()']],
  ['a type-only import', ['import type { FileEntry } from "littoral/fs";', 'const e: FileEntry = { name: "a", kind: "file", bytes: 1 };']],
  ['the globals of the kernel', ['display(1, { id: "x" }).update(2); await fs.writeText("a.txt", "b"); await sleep(1); console.table([{ a: 1 }]);']],
  ['the globals of a worker', ['const r = await fetch("x"); await r.json(); setTimeout(() => {}, 1); new URL("http://a"); performance.now(); crypto.randomUUID(); new AbortController().signal; structuredClone(1);']],
  ['apache-arrow', ['import { tableFromArrays } from "apache-arrow";', 'tableFromArrays({ a: [1, 2] }).numRows.toFixed()']],
  ['parameters without types', ['const f = (x) => x;']]
];

const wrong: readonly (readonly [name: string, cells: readonly string[], code: string, words: RegExp])[] = [
  ['a property that does not exist, with the likely one', ['const row = { score: 1 };', 'row.scroe'], 'TS2551', /Did you mean 'score'/],
  ['a wrong type', ['const n: number = "x";'], 'TS2322', /not assignable to type 'number'/],
  ['an unknown name', ['nowhere + 1'], 'TS2304', /Cannot find name 'nowhere'/],
  ['a value of the type it had before', ['const a = 1;', 'const a = "text";', 'a.toFixed()'], 'TS2551', /'toFixed' does not exist/],
  ['an assignment to a constant of an earlier cell', ['const c = 1;', 'c = 2;'], 'TS2632', /because it is an import/],
  ['an unknown module', ['import x from "lodash"; x'], 'TS2307', /Cannot find module 'lodash'/]
];

describe('the type checker', () => {
  it.each(clean)('accepts %s', async (_name, cells) => {
    expect(await problemsOf(...cells)).toEqual([]);
  });

  it.each(wrong)('finds %s', async (_name, cells, code, words) => {
    const problems = await problemsOf(...cells);
    expect(problems.map(problem => problem.code)).toEqual([code]);
    expect(problems[0]?.message).toMatch(words);
  });

  it('points to the line and column of the cell', async () => {
    expect(await problemsOf('const row = { score: 1 };', 'const a = 1;\nconst b = row.scroe;')).toMatchObject([{ line: 2, column: 15, start: 27, end: 32, severity: 'error' }]);
  });

  it('keeps the types that closures of older cells were written against', async () => {
    expect(await problemsOf('const a = 1; const f = () => a;', 'const a = "text";', 'f().toFixed()')).toEqual([]);
  });

  it('forgets a notebook that was reset', async () => {
    await language.compile('forgetful', 'const remembered = 1;', 1);
    await language.reset('forgetful');
    const compiled = await language.compile('forgetful', 'remembered', 1);
    expect(compiled.ok && (await language.problems('forgetful', compiled.checkId)).length).toBe(1);
  });
});

describe('completion', () => {
  it('knows the members of a variable of an earlier cell', async () => {
    expect(await completionsOf(['const row = { score: 1, rms: 2 };'], 'row.|')).toEqual(['rms', 'score']);
  });

  it('gives exactly what begins with the typed letters', async () => {
    expect(await completionsOf(['const zebraOne = 1; const zebraTwo = 2;'], 'zebra|')).toEqual(['zebraOne', 'zebraTwo']);
  });

  it('knows what the cell itself declares, also when it is unfinished', async () => {
    expect(await completionsOf([], 'const inner = { deep: 1 };\nfunction f() { return inner.| ')).toEqual(['deep']);
  });

  it('prefers the type that the cell declares to that of an earlier cell', async () => {
    expect(await completionsOf(['const v = { old: 1 };'], 'const v = { fresh: 1 }; v.|')).toEqual(['fresh']);
  });

  it('replaces the word under the cursor', async () => {
    expect(await language.complete('spans', 'const abc = 1; ab', 17)).toMatchObject({ start: 15, end: 17 });
  });

  it('says what an item is and what its type is', async () => {
    const { items } = await language.complete('kinds', 'const o = { method(a: number) { return a; }, value: 1 }; o.', 58 + 1);
    expect(items).toMatchObject([
      { text: 'method', type: 'method', signature: expect.stringContaining('(a: number) => number') },
      { text: 'value', type: 'property' }
    ]);
  });
});

describe('inspection', () => {
  it('shows type and documentation of a name of an earlier cell', async () => {
    await language.compile('inspecting', '/** Metres per second squared. */\nconst g = 9.81;', 1);
    const found = await language.inspect('inspecting', 'g', 1);
    expect(found?.data['text/plain']).toContain('const g: 9.81');
    expect(found?.data['text/markdown']).toContain('Metres per second squared.');
  });

  it('shows the signature inside a call', async () => {
    const found = await language.inspect('inspecting', 'Math.max(', 9);
    expect(found?.data['text/plain']).toContain('max(...values: number[])');
  });

  it('finds nothing in the void', async () => {
    expect(await language.inspect('inspecting', '  ', 1)).toBeNull();
  });
});

describe('completeness', () => {
  it.each([
    ['1 + 1', 'complete'],
    ['const a = 1;', 'complete'],
    ['', 'complete'],
    ['for (let i = 0; i < 3; i++) {', 'incomplete'],
    ['const o = {\n  a: [1,', 'incomplete'],
    ['foo(1, ', 'incomplete'],
    ['const s = `open', 'incomplete'],
    ['/* open', 'incomplete'],
    ['const f = () =>', 'incomplete'],
    ['await', 'incomplete'],
    ['const = 1;', 'invalid'],
    ['a b c }', 'invalid'],
    ['"unterminated', 'invalid']
  ])('%j is %s', async (source, status) => {
    expect((await language.completeness(source)).status).toBe(status);
  });

  it('indents after an opening bracket', async () => {
    expect(await language.completeness('if (x) {\n  while (y) {')).toEqual({ status: 'incomplete', indent: '    ' });
  });
});
