import { PlanError } from '../error';

const EXCERPT_LENGTH = 60;

/** Where a node stands in its source text. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** 1-based line and column of `offset`. */
export function lineAndColumn(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/**
 * A PlanError for a part of `source` that is not in the language: what was seen there, and the nearest legal form.
 * `details`: `path`, `offset`, `line`, `column`.
 */
export function refusal(code: string, source: string, range: SourceRange, subject: string, seen: string, advice: string): PlanError {
  const { line, column } = lineAndColumn(source, range.start);
  const text = source.slice(range.start, range.end).replace(/\s+/gu, ' ');
  const excerpt = text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
  return new PlanError(code, `${subject} at ${line}:${column}: ${excerpt === '' ? '' : `\`${excerpt}\` `}${seen}. ${advice}`, {
    details: { path: subject, offset: range.start, line, column }
  });
}
