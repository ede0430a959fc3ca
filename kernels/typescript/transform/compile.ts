import { parse } from 'acorn';
import type { ExportDefaultDeclaration, ImportDeclaration, Program } from 'acorn';
import type { BindingKind } from './bindings';
import { topLevelBindings } from './bindings';
import { Edits } from './edits';
import { Rewriter } from './rewrite';
import { HELPER_NAME, SCOPE_NAME } from './scope-name';
import { composeMap, originalOffset } from './source-map';
import type { Stripped } from './strip';
import { endsWithExpression, stripTypes, withObjectParenthesised } from './strip';
import { CellSyntaxError } from './syntax-error';

export interface CompileOptions {
  readonly source: string;
  /** Name in stack traces; unique per execution. */
  readonly sourceName: string;
  /** Names declared by earlier cells. */
  readonly known: ReadonlyMap<string, BindingKind>;
}

/** A cell as JavaScript: an async function expression of the scope object and the helpers. */
export interface CompiledCell {
  readonly code: string;
  readonly sourceName: string;
  /** Source map (version 3) from `code` to the cell's text. */
  readonly map: string;
  readonly declared: readonly (readonly [name: string, kind: BindingKind])[];
}

type Statement = Program['body'][number];

const HEADER = `(async function (${SCOPE_NAME}, ${HELPER_NAME}) {"use strict";\n`;

/** Compiles one cell; throws CellSyntaxError with an offset into `source`. */
export function compileCell(options: CompileOptions): CompiledCell {
  const { text, shift } = withObjectParenthesised(options.source);
  try {
    return compileText(options, text, shift);
  } catch (error) {
    throw error instanceof CellSyntaxError ? new CellSyntaxError(error.message, Math.max(0, error.offset - shift)) : error;
  }
}

function compileText(options: CompileOptions, text: string, sourceShift: number): CompiledCell {
  const stripped = stripTypes(text);
  const program = parseStripped(stripped);
  const declared = topLevelBindings(program);
  const edits = new Edits(stripped.text);
  const rewriter = new Rewriter({ edits, declared, known: options.known });
  try {
    rewriteStatements(program, edits, rewriter, endsWithExpression(text));
  } catch (error) {
    throw error instanceof CellSyntaxError ? new CellSyntaxError(error.message, originalOffset(stripped, error.offset)) : error;
  }
  const edited = edits.apply();
  const hoisted = [...declared].filter(([, kind]) => kind === 'function').map(([name]) => `${SCOPE_NAME}.${name} = ${name};`);
  const head = HEADER + (hoisted.length === 0 ? '' : `${hoisted.join(' ')}\n`);
  for (const name of rewriter.implicit) declared.set(name, 'implicit');
  const { source, sourceName } = options;
  return {
    code: `${head}${edited.text}\n})\n//# sourceURL=${sourceName}`,
    sourceName,
    map: composeMap({ stripped, edited, head, source, sourceShift, sourceName }),
    declared: [...declared]
  };
}

function parseStripped(stripped: Stripped): Program {
  try {
    return parse(stripped.text, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0;
    throw new CellSyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ''), originalOffset(stripped, offset));
  }
}

function rewriteStatements(program: Program, edits: Edits, rewriter: Rewriter, hasResult: boolean): void {
  const last = program.body.filter(node => node.type !== 'EmptyStatement' && !isEmptyExport(node)).at(-1);
  for (const node of program.body) {
    const isResult = hasResult && node === last;
    if (node.type === 'ImportDeclaration') edits.replace(node.start, node.end, importCall(node));
    else if (node.type === 'ExportAllDeclaration') throw reExport(node);
    else if (node.type === 'ExportNamedDeclaration') {
      if (node.source) throw reExport(node);
      edits.remove(node.start, node.declaration ? node.declaration.start : node.end);
      rewriter.visit(node);
    } else if (node.type === 'ExportDefaultDeclaration') exportDefault(node, edits, rewriter, isResult);
    else if (isResult && node.type === 'ExpressionStatement') result({ from: node.start, to: node.end, node: node.expression }, edits, rewriter);
    else rewriter.visit(node);
  }
}

function isEmptyExport(node: Statement): boolean {
  return node.type === 'ExportNamedDeclaration' && !node.declaration && !node.source;
}

function reExport(node: Extract<Statement, { type: 'ExportAllDeclaration' | 'ExportNamedDeclaration' }>): CellSyntaxError {
  const from = String(node.source?.value);
  return new CellSyntaxError(`export … from "${from}": a cell exports nothing. Write import { … } from "${from}" to use its names`, node.start);
}

interface ResultRange {
  /** The expression with its parentheses starts here. */
  readonly from: number;
  /** End of the statement, its semicolon included; TypeScript's emitter always writes one. */
  readonly to: number;
  readonly node: Parameters<Rewriter['visit']>[0];
}

function result({ from, to, node }: ResultRange, edits: Edits, rewriter: Rewriter): void {
  edits.insert(from, `return { value: ${HELPER_NAME}.back(${HELPER_NAME}.now(), await (`);
  rewriter.visit(node);
  edits.replace(node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration' ? to : to - 1, to, ')) };');
}

function exportDefault(node: ExportDefaultDeclaration, edits: Edits, rewriter: Rewriter, isResult: boolean): void {
  const { declaration } = node;
  const isDeclaration = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
  const from = node.start + 'export default '.length;
  edits.remove(node.start, from);
  if (isDeclaration && declaration.id !== null) rewriter.visit(declaration);
  else if (isResult) result({ from, to: node.end, node: declaration }, edits, rewriter);
  else {
    edits.insert(from, '(');
    rewriter.visit(declaration);
    edits.replace(isDeclaration ? node.end : node.end - 1, node.end, ');');
  }
}

function importCall(node: ImportDeclaration): string {
  const names = node.specifiers.map(specifier => {
    if (specifier.type === 'ImportNamespaceSpecifier') return ['*', specifier.local.name];
    if (specifier.type === 'ImportDefaultSpecifier') return ['default', specifier.local.name];
    const { imported } = specifier;
    return [imported.type === 'Identifier' ? imported.name : String(imported.value), specifier.local.name];
  });
  return `${HELPER_NAME}.use(${JSON.stringify(String(node.source.value))}, ${JSON.stringify(names)});`;
}
