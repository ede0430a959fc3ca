import ts from 'typescript';
import type { Completeness } from '../language-port';

/** Parser messages that more text can mend, wherever they stand. */
const UNFINISHED = new Set([
  1160, // Unterminated template literal
  1010, // '*/' expected
  1161 // Unterminated regular expression literal
]);

/** "Unterminated string literal": a quoted text cannot go on in the next line. */
const UNTERMINATED_STRING = 1002;

/** Whether a console should run `source` or wait for more lines; judged by the parser alone. */
export function completeness(source: string): Completeness {
  const { diagnostics = [] } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleDetection: ts.ModuleDetectionKind.Force }
  });
  const errors = diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  if (errors.length === 0) return { status: 'complete' };
  if (errors.some(({ code }) => code === UNTERMINATED_STRING)) return { status: 'invalid' };
  const end = source.trimEnd().length;
  const isOpen = errors.some(({ code, start = 0, length = 0 }) => UNFINISHED.has(code) || start + length > end || start >= end);
  const isOnlyAtEnd = errors.every(({ code, start = 0 }) => UNFINISHED.has(code) || start >= end);
  return isOpen && isOnlyAtEnd ? { status: 'incomplete', indent: indentAfter(source) } : { status: 'invalid' };
}

/** Indentation of the next line: that of the last one, and one step more after an opening bracket. */
function indentAfter(source: string): string {
  const last = source.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(last)?.[0] ?? '';
  return /[{([]\s*$/.test(last) || /=>\s*$/.test(last) ? `${indent}  ` : indent;
}
