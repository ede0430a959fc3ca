import type { ArrowFunctionExpression, Expression as SyntaxExpression, Pattern } from 'acorn';
import { parseExpressionAt } from 'acorn';
import type { Schema } from '../schema/schema';
import type { Expression } from './ast';
import { typeExpression } from './check';
import { SOURCE_LENGTH_MAX } from './limits';
import { translate } from './parse-node';
import { refusal } from './refusal';

/** A value that an expression may take from outside; it is written into the Plan as a literal. */
export type ParameterValue = number | bigint | string | boolean | null;
export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface ParseOptions {
  /** The columns that `r.name` may name. */
  readonly schema: Schema;
  /** Values of `p.name` for `(r, p) => …`. */
  readonly parameters?: Parameters;
  /** Begins every message, e.g. `filter`; default `expression`. */
  readonly subject?: string;
}

const FORM = 'Write an arrow function of one expression, e.g. `r => r.x > 0.8`, or `(r, p) => r.x > p.threshold` with `{ threshold: 0.8 }` as the last argument.';

/**
 * The expression that an arrow function's text says; the text is parsed, never run. Throws PlanError:
 * `EXPRESSION_SYNTAX` (not JavaScript), `EXPRESSION_REFUSED` (not in the language), `UNKNOWN_COLUMN`,
 * `UNKNOWN_FUNCTION`, `UNKNOWN_PARAMETER`, `OUTER_VARIABLE`, `EXPRESSION_TYPE`, `EXPRESSION_LIMIT`; `details` holds `offset`, `line`, `column`.
 */
export function parseExpression(source: string, options: ParseOptions): Expression {
  const subject = options.subject ?? 'expression';
  if (source.length > SOURCE_LENGTH_MAX) {
    throw refusal('EXPRESSION_LIMIT', source, { start: 0, end: 0 }, subject, `the text has ${source.length} characters`, `At most ${SOURCE_LENGTH_MAX} are allowed; split it over several select steps.`);
  }
  const arrow = arrowFunction(source, subject);
  const [row, parameters] = parameterNames(arrow, source, subject);
  const expression = translate(arrowBody(arrow, source, subject), {
    source,
    subject,
    row,
    parameterObject: parameters,
    schema: options.schema,
    parameters: options.parameters ?? {}
  });
  typeExpression(expression, options.schema, subject, source);
  return expression;
}

function arrowFunction(source: string, subject: string): ArrowFunctionExpression {
  const root = syntaxTree(source, subject);
  const rest = source.slice(root.end);
  const whole = { start: root.start, end: source.length };
  if (root.type === 'ArrowFunctionExpression' && /^[\s;]*$/u.test(rest)) {
    if (root.async) throw refusal('EXPRESSION_REFUSED', source, whole, subject, 'is an async function; expressions compute at once', FORM);
    return root;
  }
  throw refusal('EXPRESSION_REFUSED', source, whole, subject, 'is not one arrow function', FORM);
}

function syntaxTree(source: string, subject: string): SyntaxExpression {
  try {
    return parseExpressionAt(source, 0, { ecmaVersion: 2022, sourceType: 'module' });
  } catch (error) {
    if (error instanceof RangeError) throw refusal('EXPRESSION_LIMIT', source, { start: 0, end: 0 }, subject, 'the text is nested too deeply to be read', 'Split it over several select steps.');
    if (!(error instanceof SyntaxError)) throw error;
    const position: unknown = 'pos' in error ? error.pos : 0;
    const start = typeof position === 'number' ? position : 0;
    throw refusal('EXPRESSION_SYNTAX', source, { start, end: Math.min(source.length, start + 20) }, subject, `is not readable as JavaScript (${error.message.replace(/ \(\d+:\d+\)$/u, '')})`, FORM);
  }
}

function parameterNames(arrow: ArrowFunctionExpression, source: string, subject: string): [string | null, string | null] {
  const names = arrow.params.map(parameter => parameterName(parameter, source, subject));
  const [row, parameters] = names;
  if (names.length > 2 || (row !== undefined && row === parameters)) {
    throw refusal('EXPRESSION_REFUSED', source, { start: arrow.start, end: arrow.body.start }, subject, `has ${names.length} parameters`, FORM);
  }
  return [row ?? null, parameters ?? null];
}

function parameterName(parameter: Pattern, source: string, subject: string): string {
  if (parameter.type === 'Identifier') return parameter.name;
  throw refusal('EXPRESSION_REFUSED', source, parameter, subject, 'takes the row apart in its parameter list', 'Name the row and use its columns: `r => r.x > 0.8`.');
}

function arrowBody(arrow: ArrowFunctionExpression, source: string, subject: string): SyntaxExpression {
  if (arrow.body.type !== 'BlockStatement') return arrow.body;
  const [statement, ...others] = arrow.body.body;
  if (statement?.type === 'ReturnStatement' && statement.argument && others.length === 0) return statement.argument;
  throw refusal('EXPRESSION_REFUSED', source, arrow.body, subject, 'has statements; an expression has none', FORM);
}
