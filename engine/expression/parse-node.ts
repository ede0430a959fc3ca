import type { BinaryExpression, Expression as SyntaxExpression, Literal, MemberExpression, PrivateIdentifier, UnaryExpression } from 'acorn';
import { didYouMean, quotedNames } from '../did-you-mean';
import type { PlanError } from '../error';
import type { Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import type { BinaryOperator, Expression } from './ast';
import { DEPTH_MAX, NODES_MAX, TEXT_LENGTH_MAX } from './limits';
import type { Parameters, ParameterValue } from './parse';
import { translateCall } from './parse-call';
import type { SourceRange } from './refusal';
import { refusal } from './refusal';
import { INT64_MAX, INT64_MIN } from './typed';

export interface Surroundings {
  readonly source: string;
  readonly subject: string;
  /** Name of the row parameter. */
  readonly row: string | null;
  /** Name of the object of parameters. */
  readonly parameterObject: string | null;
  readonly schema: Schema;
  readonly parameters: Parameters;
}

/** Translation of one arrow function: the surroundings, and how much has been seen. */
export interface Translation extends Surroundings {
  nodes: number;
  depth: number;
}

/** The expression of a syntax tree; anything outside the whitelist is refused with its position. */
export function translate(node: SyntaxExpression, surroundings: Surroundings): Expression {
  return translateNode(node, { ...surroundings, nodes: 0, depth: 0 });
}

/** Translates `node` and everything under it, within the limits. */
export function translateNode(node: SyntaxExpression | PrivateIdentifier, state: Translation): Expression {
  state.nodes++;
  state.depth++;
  if (state.nodes > NODES_MAX) throw refuse(state, node, `is more than the ${NODES_MAX} parts an expression may have`, 'Split it over several select steps.', 'EXPRESSION_LIMIT');
  if (state.depth > DEPTH_MAX) throw refuse(state, node, `is nested deeper than ${DEPTH_MAX} levels`, 'Split it over several select steps.', 'EXPRESSION_LIMIT');
  const expression = translateKind(node, state);
  state.depth--;
  return expression;
}

function translateKind(node: SyntaxExpression | PrivateIdentifier, state: Translation): Expression {
  switch (node.type) {
    case 'Literal':
      return literal(node, state);
    case 'Identifier':
      throw refuseIdentifier(node.name, node, state);
    case 'MemberExpression':
      return member(node, state);
    case 'UnaryExpression':
      return unary(node, state);
    case 'BinaryExpression':
      return binary(node, state);
    case 'LogicalExpression':
      return { kind: 'binary', op: node.operator, left: translateNode(node.left, state), right: translateNode(node.right, state) };
    case 'ConditionalExpression':
      return { kind: 'conditional', test: translateNode(node.test, state), then: translateNode(node.consequent, state), otherwise: translateNode(node.alternate, state) };
    case 'CallExpression':
      return translateCall(node, state);
    case 'ParenthesizedExpression':
      return translateNode(node.expression, state);
    default:
      throw refuseForm(node, state);
  }
}

/** A refusal of `range` in the source being translated. */
export function refuse(state: Surroundings, range: SourceRange, seen: string, advice: string, code = 'EXPRESSION_REFUSED'): PlanError {
  return refusal(code, state.source, range, state.subject, seen, advice);
}

function literal(node: Literal, state: Translation): Expression {
  if (node.regex) throw refuse(state, node, 'is a regular expression, which expressions do not have', 'Use startsWith(r.text, "…") or contains(r.text, "…").');
  const value = node.bigint ? BigInt(node.bigint) : node.value;
  if (typeof value === 'number' && !Number.isSafeInteger(value) && /^[\d_]+$/u.test(node.raw ?? '')) {
    throw refuse(state, node, 'is an integer that a double cannot hold exactly', `Write it as \`${node.raw ?? ''}n\`.`);
  }
  if (value === null || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' || typeof value === 'boolean') return literalOf(value, node, state);
  throw refuse(state, node, 'is not a number, text, bool or null', 'Write a plain literal.');
}

/** A literal of a value from the source or a parameter. A number without a fraction is an integer, however it is written. */
function literalOf(value: ParameterValue, range: SourceRange, state: Surroundings): Expression {
  if (value === null) return { kind: 'literal', value: null, type: 'null' };
  if (typeof value === 'boolean') return { kind: 'literal', value, type: 'bool' };
  if (typeof value === 'string') {
    if (value.length > TEXT_LENGTH_MAX) throw refuse(state, range, `is a text of ${value.length} characters`, `At most ${TEXT_LENGTH_MAX} are allowed.`, 'EXPRESSION_LIMIT');
    return { kind: 'literal', value, type: 'utf8' };
  }
  if (typeof value === 'bigint') {
    if (value < INT64_MIN || value > INT64_MAX) throw refuse(state, range, `is ${value}, outside int64`, 'Use a number between -2^63 and 2^63 - 1.');
    return { kind: 'literal', value: value.toString(), type: 'int64' };
  }
  if (!Number.isFinite(value)) throw refuse(state, range, `is ${value}, which a Plan cannot hold`, 'Use a finite number; isNaN(r.x) tests for NaN.');
  if (!Number.isSafeInteger(value)) return { kind: 'literal', value, type: 'float64' };
  const plain = value === 0 ? 0 : value;
  return { kind: 'literal', value: plain, type: plain === (plain | 0) ? 'int32' : 'int64' };
}

function refuseIdentifier(name: string, range: SourceRange, state: Surroundings): PlanError {
  if (name === state.row) return refuse(state, range, 'is the whole row', `Name one of its columns, e.g. \`${name}.${state.schema.fields[0]?.name ?? 'x'}\`.`);
  if (name === state.parameterObject) return refuse(state, range, 'is the object of parameters', `Name one of them, e.g. \`${name}.threshold\`.`);
  if (name === 'undefined') return refuse(state, range, 'is not a value of a Plan', 'Use null, or isNull(r.x) to test for a missing value.');
  if (name === 'NaN' || name === 'Infinity') return refuse(state, range, 'is not a number a Plan can hold', 'isNaN(r.x) tests for NaN; compare with a finite number such as 1e308.');
  return refuseOuter(name, range, state);
}

/** Refusal of a variable from outside the arrow function, with the parameter form that replaces it. */
export function refuseOuter(name: string, range: SourceRange, state: Surroundings): PlanError {
  const row = state.row ?? 'r';
  return refuse(
    state,
    range,
    `is a variable from outside ("${name}"); the function's text becomes data, so it cannot look around itself`,
    `Pass the value as a parameter: \`(${row}, p) => … p.${name} …, { ${name} }\`, e.g. \`.filter((r, p) => r.score > p.threshold, { threshold: 0.8 })\`.${didYouMean(name, state.schema.fields.map(field => field.name))}`,
    'OUTER_VARIABLE'
  );
}

function member(node: MemberExpression, state: Translation): Expression {
  const name = memberName(node, state);
  const object = node.object;
  if (object.type !== 'Identifier') {
    const root = rootName(object);
    if (root !== null && root !== state.row && root !== state.parameterObject) throw refuseOuter(name, node, state);
    throw refuse(state, node, 'takes a property of a value; values have none', nearestOfProperty(name, state));
  }
  if (object.name === state.row) return column(name, node, state);
  if (object.name === state.parameterObject) return parameter(name, node, state);
  if (object.name === 'Math') return mathConstant(name, node, state);
  throw refuseOuter(name, node, state);
}

/** `a` of `a.b.c`, or null if the chain does not begin with a name. */
function rootName(node: MemberExpression['object']): string | null {
  let inner = node;
  while (inner.type === 'MemberExpression') inner = inner.object;
  return inner.type === 'Identifier' ? inner.name : null;
}

/** The property name of `a.name` or `a["name"]`. */
export function memberName(node: MemberExpression, state: Translation): string {
  if (node.optional) throw refuse(state, node, 'uses ?., but a row always has its columns', 'Use a plain dot; `??` replaces a missing value.');
  if (!node.computed && node.property.type === 'Identifier') return node.property.name;
  if (node.computed && node.property.type === 'Literal' && typeof node.property.value === 'string') return node.property.value;
  throw refuse(state, node, 'computes a column name', 'Write the name itself: `r.x` or `r["x"]`.');
}

function column(name: string, node: SourceRange, state: Translation): Expression {
  if (fieldIndex(state.schema, name) >= 0) return { kind: 'column', name, offset: node.start };
  const names = state.schema.fields.map(field => field.name);
  throw refuse(state, node, `names no column`, `The rows have ${quotedNames(names)}.${didYouMean(name, names)}`, 'UNKNOWN_COLUMN');
}

function parameter(name: string, node: SourceRange, state: Translation): Expression {
  const value = Object.hasOwn(state.parameters, name) ? state.parameters[name] : undefined;
  if (value !== undefined) {
    if (value !== null && !['number', 'bigint', 'string', 'boolean'].includes(typeof value)) throw refuse(state, node, `is a parameter of type ${typeof value}`, 'Give a number, bigint, text, bool or null.');
    return literalOf(value, node, state);
  }
  const names = Object.keys(state.parameters);
  throw refuse(state, node, 'names no parameter', `Given are ${quotedNames(names)}.${didYouMean(name, names)} Add it to the last argument: \`{ ${name}: … }\`.`, 'UNKNOWN_PARAMETER');
}

const mathConstants: ReadonlyMap<string, number> = new Map([
  ['PI', Math.PI],
  ['E', Math.E],
  ['LN2', Math.LN2],
  ['LN10', Math.LN10],
  ['SQRT2', Math.SQRT2]
]);

function mathConstant(name: string, node: SourceRange, state: Translation): Expression {
  const value = mathConstants.get(name);
  if (value !== undefined) return { kind: 'literal', value, type: 'float64' };
  throw refuse(state, node, 'is no constant that expressions know', `Known are ${[...mathConstants.keys()].map(known => `Math.${known}`).join(', ')}.${didYouMean(name, [...mathConstants.keys()])}`);
}

function nearestOfProperty(name: string, state: Surroundings): string {
  const row = state.row ?? 'r';
  if (name === 'length') return `Use length(${row}.text).`;
  return `Write \`${row}.column\`; functions are called by name, e.g. lower(${row}.text).`;
}

function unary(node: UnaryExpression, state: Translation): Expression {
  if (node.operator !== '-' && node.operator !== '+' && node.operator !== '!') {
    const advice = node.operator === 'typeof' || node.operator === 'void' ? 'Columns have fixed types; isNull(r.x) tests for a missing value.' : 'Use arithmetic, comparison and !.';
    throw refuse(state, node, `uses ${node.operator}, which expressions do not have`, advice);
  }
  const operand = translateNode(node.argument, state);
  if (node.operator === '-' && operand.kind === 'literal' && typeof operand.value === 'number') return literalOf(-operand.value, node, state);
  if (node.operator === '-' && operand.kind === 'literal' && operand.type === 'int64') return literalOf(-BigInt(String(operand.value)), node, state);
  return { kind: 'unary', op: node.operator, operand };
}

const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ['+', '+'],
  ['-', '-'],
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
  ['**', '**'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['==', '=='],
  ['===', '=='],
  ['!=', '!='],
  ['!==', '!=']
]);

function binary(node: BinaryExpression, state: Translation): Expression {
  const op = binaryOperators.get(node.operator);
  if (op === undefined) throw refuse(state, node, `uses ${node.operator}, which expressions do not have`, binaryAdvice(node.operator));
  return { kind: 'binary', op, left: translateNode(node.left, state), right: translateNode(node.right, state) };
}

function binaryAdvice(operator: string): string {
  if (operator === '&') return 'Use && between conditions.';
  if (operator === '|') return 'Use || between conditions.';
  if (operator === '^') return 'Use ** for a power, !== between conditions.';
  if (operator === '<<' || operator === '>>' || operator === '>>>') return 'Multiply by, or divide by, a power of two.';
  return 'Use arithmetic, comparison, && and ||.';
}

const forms: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['AssignmentExpression', ['assigns; expressions only compute', 'Use === to compare.']],
  ['UpdateExpression', ['changes a value; expressions only compute', 'Use + 1 or - 1.']],
  ['TemplateLiteral', ['is a template', 'Use quotes, and + to join texts: `"a " + r.device`.']],
  ['TaggedTemplateExpression', ['is a tagged template, which would call code', 'Use quotes for texts.']],
  ['SequenceExpression', ['is a list with commas, of which only the last counts', 'Write that one alone, or use && between conditions.']],
  ['ChainExpression', ['uses ?., but a row always has its columns', 'Use a plain dot; `??` replaces a missing value.']],
  ['ArrowFunctionExpression', ['is a function within the expression', 'Write its body in place.']],
  ['FunctionExpression', ['is a function within the expression', 'Write its body in place.']],
  ['ArrayExpression', ['is a list, which expressions cannot make', 'Use one column of select per value.']],
  ['ObjectExpression', ['is an object, which expressions cannot make', 'Use one column of select per value.']],
  ['NewExpression', ['makes an object; expressions only compute', 'Times are columns of type timestampMs and can be compared with numbers.']],
  ['AwaitExpression', ['waits; expressions compute at once', 'Leave out await.']],
  ['ThisExpression', ['is not known to an expression', 'Use the row: `r.x`.']],
  ['ImportExpression', ['loads code; expressions only compute', 'Use the functions that expressions know.']],
  ['ClassExpression', ['is a class; expressions only compute', 'Write plain arithmetic.']]
]);

function refuseForm(node: { readonly type: string } & SourceRange, state: Translation): PlanError {
  const [seen, advice] = forms.get(node.type) ?? [`is a ${node.type}, which expressions do not have`, 'Use columns, literals, arithmetic, comparison, && || ! ?? ?: and named functions.'];
  return refuse(state, node, seen, advice);
}
