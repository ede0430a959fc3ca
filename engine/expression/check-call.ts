import { didYouMean, quotedNames } from '../did-you-mean';
import type { PlanError } from '../error';
import type { Expression } from './ast';
import type { CheckContext } from './check';
import { checkError, coalesce, operandError } from './check';
import type { FunctionSpec } from './functions';
import { functionSpecs } from './functions';
import type { Primitive, Typed } from './typed';
import { apply, commonType, convert, isArithmetic, isInteger } from './typed';

type CallNode = Extract<Expression, { kind: 'call' }>;

/** Types a call whose arguments are already typed. */
export function checkCall(node: CallNode, args: readonly Typed[], context: CheckContext): Typed {
  const spec = functionSpecs.get(node.fn);
  if (spec === undefined) throw unknownFunction(node, context);
  if (args.length < spec.argsMin || args.length > spec.argsMax) throw wrongCount(node, spec, context);
  const first = args[0];
  if (first === undefined) throw wrongCount(node, spec, context);
  switch (spec.shape) {
    case 'real':
      return apply(spec.name as Primitive, 'float64', numbers(node, args, context).map(argument => convert(argument, 'float64')));
    case 'rounding':
      numbers(node, args, context);
      return isInteger(first.type) ? first : apply(spec.name as Primitive, 'float64', [convert(first, 'float64')]);
    case 'magnitude': {
      numbers(node, args, context);
      const type = isInteger(first.type) ? 'int64' : 'float64';
      return apply(spec.name as Primitive, type, [convert(first, type)]);
    }
    case 'extreme':
      return extreme(node, args, context);
    case 'coalesce':
      return coalesce(node, args, context);
    case 'isNull':
      return { kind: 'apply', primitive: 'isNull', type: 'bool', nullable: false, args };
    case 'isNaN':
      return apply('isNaN', 'bool', [convert(numbers(node, args, context)[0] ?? first, 'float64')]);
    case 'textToText':
      return apply(spec.name as Primitive, 'utf8', texts(node, args, context));
    case 'textToInteger':
      return apply(spec.name as Primitive, 'int32', texts(node, args, context));
    case 'textTest':
      return apply(spec.name as Primitive, 'bool', texts(node, args, context));
    case 'textReplace':
      return replacement(node, args, context);
  }
}

/** What is replaced is known to the Plan, so that every different text is worked on once and the length of results has a bound. */
function replacement(node: CallNode, args: readonly Typed[], context: CheckContext): Typed {
  const [, from, to] = texts(node, args, context);
  if (from?.kind !== 'constant' || to?.kind !== 'constant' || from.value === '') {
    throw checkError('EXPRESSION_TYPE', context, node.offset ?? null, `"replace" got ${from?.kind === 'constant' && from.value === '' ? 'an empty text' : 'a computed text'} to look for or to put in; expected constant texts, the first not empty, e.g. replace(r.line, "ERR", "error").`);
  }
  const grows = String(to.value).length > String(from.value).length;
  return { kind: 'apply', primitive: 'replace', type: 'utf8', nullable: grows || args.some(argument => argument.nullable), args };
}

function extreme(node: CallNode, args: readonly Typed[], context: CheckContext): Typed {
  numbers(node, args, context);
  const type = args.map(argument => argument.type).reduce((a, b) => commonType(a, b) ?? 'null');
  if (type !== 'int64' && type !== 'float64' && type !== 'timestampMs' && type !== 'int32') throw operandError(context, node, node.fn, args, 'numbers');
  const target = type === 'int32' ? 'int64' : type;
  const converted = args.map(argument => convert(argument, target));
  const [value, low, high] = converted;
  if (node.fn === 'clamp' && value !== undefined && low !== undefined && high !== undefined) return apply('min', target, [apply('max', target, [value, low]), high]);
  return converted.reduce((a, b) => apply(node.fn as Primitive, target, [a, b]));
}

function numbers(node: CallNode, args: readonly Typed[], context: CheckContext): readonly Typed[] {
  if (args.some(argument => !isArithmetic(argument.type) || argument.type === 'null')) throw operandError(context, node, node.fn, args, args.length === 1 ? 'a number' : 'numbers');
  return args;
}

function texts(node: CallNode, args: readonly Typed[], context: CheckContext): readonly Typed[] {
  if (args.some(argument => argument.type !== 'utf8')) throw operandError(context, node, node.fn, args, args.length === 1 ? 'a text' : 'texts');
  return args;
}

function unknownFunction(node: CallNode, context: CheckContext): PlanError {
  const names = [...functionSpecs.keys()];
  return checkError('UNKNOWN_FUNCTION', context, node.offset ?? null, `no such function "${node.fn}"; expressions know ${quotedNames(names, names.length)}.${didYouMean(node.fn, names)}`);
}

function wrongCount(node: CallNode, spec: FunctionSpec, context: CheckContext): PlanError {
  const expected = spec.argsMin === spec.argsMax ? `${spec.argsMin}` : `${spec.argsMin} to ${spec.argsMax}`;
  return checkError('EXPRESSION_TYPE', context, node.offset ?? null, `"${spec.name}" got ${node.args.length} ${node.args.length === 1 ? 'argument' : 'arguments'}; expected ${expected}. ${spec.doc}`);
}
