import type { CallExpression, Expression as SyntaxExpression, MemberExpression, Super } from 'acorn';
import { didYouMean, quotedNames } from '../did-you-mean';
import type { PlanError } from '../error';
import type { Expression } from './ast';
import { functionSpecs } from './functions';
import type { Translation } from './parse-node';
import { memberName, refuse, translateNode } from './parse-node';

/** `Math.name` that an expression may call, and the function of the registry that it is. */
const mathFunctions: ReadonlyMap<string, string> = new Map(
  ['abs', 'sqrt', 'exp', 'log10', 'pow', 'min', 'max', 'round', 'floor', 'ceil', 'sign', 'sin', 'cos', 'tan', 'atan2', 'hypot'].map((name): [string, string] => [name, name]).concat([['log', 'ln']])
);

/** Methods of a text that are functions of the registry. */
const textMethods: ReadonlyMap<string, string> = new Map([
  ['startsWith', 'startsWith'],
  ['includes', 'contains'],
  ['toLowerCase', 'lower'],
  ['toUpperCase', 'upper']
]);

/** Objects that hold what was imported, as the cell transform, bundlers and test runners name them in function texts. */
const importedModule = /^(?:\$notebook|(?:import_littoral|littoral_|__vi_import_|__vite_ssr_import_)\w*)$/u;
/** In a notebook cell `(0, $notebook.f)` is a function of the notebook itself, not an imported one. */
const notebookScope = '$notebook';

/** Translates a call of a named function; every other call is refused. */
export function translateCall(node: CallExpression, state: Translation): Expression {
  if (node.optional) throw refuse(state, node, 'uses ?., but functions always exist', 'Call it with plain parentheses.');
  const callee = calledFunction(node.callee, state);
  const written = callee.receiver === null ? node.arguments : [callee.receiver, ...node.arguments];
  const args = written.map(argument => {
    if (argument.type === 'SpreadElement') throw refuse(state, argument, 'spreads a list', 'Write the arguments one by one.');
    return translateNode(argument, state);
  });
  return { kind: 'call', fn: callee.fn, args, offset: node.start };
}

interface Callee {
  readonly fn: string;
  /** The text a method was called on. */
  readonly receiver: SyntaxExpression | null;
}

function calledFunction(callee: SyntaxExpression | Super, state: Translation): Callee {
  const target = withoutBinding(callee);
  if (target.type === 'Identifier') {
    if (functionSpecs.has(target.name)) return { fn: target.name, receiver: null };
    throw refuseFunction(target.name, target, state);
  }
  if (target.type === 'MemberExpression') return calledMember(target, state);
  if (isNotebookFunction(target)) throw refuse(state, target, 'is a function of the notebook; its text becomes no part of the Plan', `Write its body in place. ${known()}`, 'UNKNOWN_FUNCTION');
  throw refuse(state, target, 'is called, but is not the name of a function', known());
}

function isNotebookFunction(callee: SyntaxExpression | Super): boolean {
  const target = callee.type === 'SequenceExpression' ? callee.expressions[1] : undefined;
  return target?.type === 'MemberExpression' && target.object.type === 'Identifier' && target.object.name === notebookScope;
}

/** `(0, module.f)` is how compilers write a call of an imported function; it is `module.f`. */
function withoutBinding(callee: SyntaxExpression | Super): SyntaxExpression | Super {
  if (callee.type !== 'SequenceExpression') return callee;
  const [zero, target] = callee.expressions;
  if (callee.expressions.length !== 2 || zero?.type !== 'Literal' || zero.value !== 0 || target?.type !== 'MemberExpression') return callee;
  return target.object.type === 'Identifier' && target.object.name !== notebookScope && importedModule.test(target.object.name) ? target : callee;
}

function calledMember(target: MemberExpression, state: Translation): Callee {
  const name = memberName(target, state);
  const object = target.object;
  const owner = object.type === 'Identifier' && object.name !== state.row && object.name !== state.parameterObject ? object.name : null;
  if (owner === 'Math') {
    const fn = mathFunctions.get(name);
    if (fn !== undefined) return { fn, receiver: null };
    const advice = name === 'random' ? 'The same input must give the same result, so there is no randomness.' : `Known are ${quotedNames([...mathFunctions.keys()])}.${didYouMean(name, [...mathFunctions.keys()])}`;
    throw refuse(state, target, 'is not a function that expressions know', advice, 'UNKNOWN_FUNCTION');
  }
  if (owner === 'Number' && name === 'isNaN') return { fn: 'isNaN', receiver: null };
  if (owner !== null) {
    if (importedModule.test(owner) && functionSpecs.has(name)) return { fn: name, receiver: null };
    throw refuseFunction(name, target, state);
  }
  const fn = textMethods.get(name);
  if (fn === undefined || object.type === 'Super') throw refuse(state, target, `calls a method that expressions do not have`, known(), 'UNKNOWN_FUNCTION');
  return { fn, receiver: object };
}

function refuseFunction(name: string, target: SyntaxExpression, state: Translation): PlanError {
  const names = [...functionSpecs.keys()];
  return refuse(state, target, 'is not a function that expressions know', `${known()}${didYouMean(name, names)}`, 'UNKNOWN_FUNCTION');
}

function known(): string {
  return `Known are ${quotedNames([...functionSpecs.keys()], functionSpecs.size)}.`;
}
