import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const userModule = fileURLToPath(new URL('../../engine/api/user-module.ts', import.meta.url));
const program = '/program.pipeline.ts';
const TIMEOUT_MS = 120_000;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts'],
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  paths: { littoral: [userModule] }
};

export interface CompilerTests {
  /** What the lines need, with whole lines and a line feed at its end. */
  readonly head: string;
  /** Lines that compile. */
  readonly good: string;
  /** What it is, a line that does not compile, and what the compiler says of it. */
  readonly bad: readonly (readonly [name: string, line: string, message: RegExp])[];
  /** Name of the test that `head` and `good` compile. */
  readonly accepts: string;
}

/** Tests of what the types of the module 'littoral' accept and refuse; all lines are compiled as one program. */
export function describeCompiler(title: string, { head, good, bad, accepts }: CompilerTests): void {
  let diagnostics: readonly { readonly line: number; readonly message: string }[] = [];

  beforeAll(() => void (diagnostics = diagnosticsOf(`${head}${bad.map(([, line]) => line).join('\n')}\n{${good}}\nexport {};\n`)), TIMEOUT_MS);

  describe(title, () => {
    const headLines = head.split('\n').length - 1;

    it(accepts, () => {
      expect(diagnostics.filter(({ line }) => line < headLines || line >= headLines + bad.length)).toEqual([]);
    });

    it.each(bad.map(([name, , message], index) => ({ name, message, line: headLines + index })))('refuses $name', ({ message, line }) => {
      expect(diagnostics.filter(each => each.line === line).map(each => each.message).join('\n')).toMatch(message);
    });
  });
}

function diagnosticsOf(text: string): { readonly line: number; readonly message: string }[] {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (file, ...rest) => (file === program ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022) : getSourceFile(file, ...rest));
  host.fileExists = file => file === program || fileExists(file);
  const compiled = ts.createProgram([program], options, host);
  const source = compiled.getSourceFile(program);
  return ts.getPreEmitDiagnostics(compiled, source).map(diagnostic => ({
    line: source?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? -1,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
  }));
}
