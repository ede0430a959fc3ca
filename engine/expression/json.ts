import { didYouMean, quotedNames } from '../did-you-mean';
import { PlanError } from '../error';
import type { BinaryOperator, Expression, ExpressionType } from './ast';
import { ARGUMENTS_MAX, functionSpecs } from './functions';
import { DEPTH_MAX, NODES_MAX, TEXT_LENGTH_MAX } from './limits';
import { INT64_MAX, INT64_MIN } from './typed';

const binaryOperators: readonly BinaryOperator[] = ['+', '-', '*', '/', '%', '**', '<', '<=', '>', '>=', '==', '!=', '&&', '||', '??'];
const literalTypes: readonly (ExpressionType | 'null')[] = ['bool', 'int32', 'int64', 'float64', 'utf8', 'timestampMs', 'null'];

interface Budget {
  nodes: number;
}

/**
 * An expression from untrusted JSON, rebuilt field by field. Throws PlanError `PLAN_INVALID` (kinds, fields, values,
 * function names) or `PLAN_LIMIT` (depth, number of nodes) with `details.path`. Types are checked by `checkExpression`.
 */
export function expressionFromJson(json: unknown, path: string): Expression {
  return node(json, path, 1, { nodes: 0 });
}

function node(json: unknown, path: string, depth: number, budget: Budget): Expression {
  if (depth > DEPTH_MAX) throw invalid(path, `nesting is deeper than ${DEPTH_MAX} levels`, 'a shallower expression', 'PLAN_LIMIT');
  if (++budget.nodes > NODES_MAX) throw invalid(path, `the expression has more than ${NODES_MAX} nodes`, 'a smaller expression', 'PLAN_LIMIT');
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid(path, `got ${describe(json)}`, 'an object with "kind"');
  const fields = new Map<string, unknown>(Object.entries(json));
  const child = (name: string): Expression => node(fields.get(name), `${path}.${name}`, depth + 1, budget);
  switch (fields.get('kind')) {
    case 'literal':
      only(fields, ['kind', 'value', 'type'], path);
      return literal(fields, path);
    case 'column':
      only(fields, ['kind', 'name', 'offset'], path);
      return { kind: 'column', name: text(fields, 'name', path), ...offset(fields, path) };
    case 'unary':
      only(fields, ['kind', 'op', 'operand'], path);
      return { kind: 'unary', op: oneOf(fields, 'op', ['-', '+', '!'], path), operand: child('operand') };
    case 'binary':
      only(fields, ['kind', 'op', 'left', 'right'], path);
      return { kind: 'binary', op: oneOf(fields, 'op', binaryOperators, path), left: child('left'), right: child('right') };
    case 'conditional':
      only(fields, ['kind', 'test', 'then', 'otherwise'], path);
      return { kind: 'conditional', test: child('test'), then: child('then'), otherwise: child('otherwise') };
    case 'call':
      only(fields, ['kind', 'fn', 'args', 'offset'], path);
      return call(fields, path, depth, budget);
    default:
      throw invalid(`${path}.kind`, `got ${describe(fields.get('kind'))}`, '"literal", "column", "unary", "binary", "conditional" or "call"');
  }
}

function literal(fields: ReadonlyMap<string, unknown>, path: string): Expression {
  const type = oneOf(fields, 'type', literalTypes, path);
  const value = fields.get('value');
  if (!isValueOf(type, value)) throw invalid(`${path}.value`, `got ${describe(value)}`, `a value of type ${type}`);
  return { kind: 'literal', value, type };
}

function isValueOf(type: ExpressionType | 'null', value: unknown): value is number | string | boolean | null {
  if (value === null) return true;
  switch (type) {
    case 'null':
      return false;
    case 'bool':
      return typeof value === 'boolean';
    case 'utf8':
      return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX;
    case 'int32':
      return typeof value === 'number' && value === (value | 0);
    case 'int64':
      return Number.isSafeInteger(value) || (typeof value === 'string' && isInt64Text(value));
    case 'timestampMs':
      return Number.isSafeInteger(value);
    case 'float64':
      return typeof value === 'number' && Number.isFinite(value);
  }
}

function isInt64Text(value: string): boolean {
  if (!/^-?(?:0|[1-9]\d{0,18})$/u.test(value) || value === '-0') return false;
  const integer = BigInt(value);
  return integer >= INT64_MIN && integer <= INT64_MAX;
}

function call(fields: ReadonlyMap<string, unknown>, path: string, depth: number, budget: Budget): Expression {
  const fn = text(fields, 'fn', path);
  const names = [...functionSpecs.keys()];
  if (!functionSpecs.has(fn)) throw invalid(`${path}.fn`, `got "${fn.slice(0, 64)}"`, `one of ${quotedNames(names, names.length)}`, 'PLAN_INVALID', didYouMean(fn, names));
  const args = fields.get('args');
  if (!Array.isArray(args) || args.length > ARGUMENTS_MAX) throw invalid(`${path}.args`, `got ${describe(args)}`, `a list of at most ${ARGUMENTS_MAX} expressions`);
  return { kind: 'call', fn, args: args.map((argument: unknown, index) => node(argument, `${path}.args[${index}]`, depth + 1, budget)), ...offset(fields, path) };
}

function only(fields: ReadonlyMap<string, unknown>, allowed: readonly string[], path: string): void {
  for (const name of fields.keys()) {
    if (!allowed.includes(name)) throw invalid(path, `unknown field "${name.slice(0, 64)}"`, `only ${quotedNames(allowed)}`);
  }
}

function text(fields: ReadonlyMap<string, unknown>, name: string, path: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string' || value.length === 0 || value.length > TEXT_LENGTH_MAX) throw invalid(`${path}.${name}`, `got ${describe(value)}`, `a text of 1 to ${TEXT_LENGTH_MAX} characters`);
  return value;
}

function offset(fields: ReadonlyMap<string, unknown>, path: string): { readonly offset?: number } {
  const value = fields.get('offset');
  if (value === undefined) return {};
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw invalid(`${path}.offset`, `got ${describe(value)}`, 'a position in the source text');
  return { offset: value };
}

function oneOf<T extends string>(fields: ReadonlyMap<string, unknown>, name: string, allowed: readonly T[], path: string): T {
  const value = fields.get(name);
  const found = allowed.find(candidate => candidate === value);
  if (found === undefined) throw invalid(`${path}.${name}`, `got ${describe(value)}`, `one of ${quotedNames(allowed)}`);
  return found;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `"${value.slice(0, 64)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : `an ${typeof value}`;
}

function invalid(path: string, seen: string, expected: string, code = 'PLAN_INVALID', hint = ''): PlanError {
  return new PlanError(code, `${path}: ${seen}; expected ${expected}.${hint}`, { details: { path } });
}
