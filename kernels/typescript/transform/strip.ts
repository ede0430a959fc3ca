import ts from 'typescript';
import { CellSyntaxError } from './syntax-error';

/** A cell without its types: JavaScript, and TypeScript's source map back to `source`. */
export interface Stripped {
  readonly source: string;
  readonly text: string;
  readonly map: string;
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  sourceMap: true,
  removeComments: true,
  newLine: ts.NewLineKind.LineFeed
};

/** Throws CellSyntaxError with an offset into `source`. */
export function stripTypes(source: string): Stripped {
  const output = ts.transpileModule(source, { fileName: 'cell.ts', compilerOptions: COMPILER_OPTIONS, reportDiagnostics: true });
  const problem = output.diagnostics?.find(one => one.category === ts.DiagnosticCategory.Error && one.file !== undefined);
  if (problem !== undefined) throw new CellSyntaxError(ts.flattenDiagnosticMessageText(problem.messageText, '\n'), problem.start ?? 0);
  return { source, text: output.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), map: output.sourceMapText ?? '' };
}

/** `{ a: 1 }` alone in a cell is meant as an object, not as a block with a label: parentheses are put around it. */
export function withObjectParenthesised(text: string): { readonly text: string; readonly shift: number } {
  const plain = { text, shift: 0 };
  if (!/^\s*\{/.test(text)) return plain;
  const wrapped = `(${text.replace(/;?\s*$/, '')}\n)`;
  const { statements } = ts.createSourceFile('cell.ts', wrapped, ts.ScriptTarget.ES2022, true);
  const only = statements.length === 1 ? statements[0] : undefined;
  if (only === undefined || !ts.isExpressionStatement(only)) return plain;
  const isObject = ts.isParenthesizedExpression(only.expression) && ts.isObjectLiteralExpression(only.expression.expression);
  if (!isObject) return plain;
  const { diagnostics = [] } = ts.transpileModule(wrapped, { compilerOptions: COMPILER_OPTIONS, reportDiagnostics: true });
  return diagnostics.length === 0 ? { text: wrapped, shift: 1 } : plain;
}

/** Whether the last statement of the cell is an expression, whose value is the cell's result. */
export function endsWithExpression(text: string): boolean {
  const { statements } = ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022, false);
  const last = statements.filter(statement => !ts.isEmptyStatement(statement)).at(-1);
  return last !== undefined && (ts.isExpressionStatement(last) || (ts.isExportAssignment(last) && last.isExportEquals !== true));
}
