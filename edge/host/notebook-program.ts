import { parse } from 'acorn';
import type { Node, Pattern, Program } from 'acorn';
import { LittoralError } from '../../engine/error';
import { syntaxWords } from './syntax-words';

/** One code cell; `index` is its 1-based place among the code cells. */
export interface CodeCell {
  readonly index: number;
  readonly source: string;
}

/**
 * The code cells as the body of one async function, each cell a block within the one before, so that a later cell sees
 * and may redeclare what an earlier one declared:
 *
 *   { const p = …; await cell(1, { p });
 *     { const p = p2…; await cell(2, { p }); } }
 *
 * Imports become `await load("…")`. The program calls `cell(index, declared)` at the end of every cell.
 */
export async function notebookProgram(cells: readonly CodeCell[], file: string): Promise<string> {
  const blocks: string[] = [];
  for (const cell of cells) blocks.push(`{\n${await cellBlock(cell, file)}`);
  return `${blocks.join('\n')}\n${'}'.repeat(blocks.length)}`;
}

async function cellBlock(cell: CodeCell, file: string): Promise<string> {
  const code = await eraseTypes(cell, file);
  const program = parse(code, { ecmaVersion: 2022, sourceType: 'module', allowAwaitOutsideFunction: true });
  const names = new Set<string>();
  const edits = program.body.flatMap(statement => statementEdits(statement, code, names));
  const body = applyEdits(code, edits);
  return `${body}\nawait cell(${cell.index}, { ${[...names].join(', ')} });`;
}

async function eraseTypes(cell: CodeCell, file: string): Promise<string> {
  const { transform } = await import('esbuild');
  try {
    const result = await transform(cell.source, {
      loader: 'ts',
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } }
    });
    return result.code;
  } catch (error) {
    throw new LittoralError('PIPELINE_SYNTAX', `notebook "${file}", code cell ${cell.index}: ${syntaxWords(error)}. Mend the cell and try again.`, { cause: error });
  }
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function statementEdits(statement: Program['body'][number], code: string, names: Set<string>): Edit[] {
  switch (statement.type) {
    case 'ImportDeclaration':
      return [{ start: statement.start, end: statement.end, text: importText(statement, names) }];
    case 'ExportNamedDeclaration':
      if (statement.declaration === null || statement.declaration === undefined) return [remove(statement)];
      return [{ start: statement.start, end: statement.declaration.start, text: '' }, ...statementEdits(statement.declaration, code, names)];
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
      return [remove(statement)];
    case 'VariableDeclaration':
      for (const declarator of statement.declarations) addNames(declarator.id, names);
      return statement.kind === 'var' ? [{ start: statement.start, end: statement.start + 'var'.length, text: 'let' }] : [];
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      if (statement.id !== null) names.add(statement.id.name);
      return [];
    default:
      return [];
  }
}

function remove(node: Node): Edit {
  return { start: node.start, end: node.end, text: '' };
}

function importText(statement: Extract<Program['body'][number], { type: 'ImportDeclaration' }>, names: Set<string>): string {
  const from = `await load(${JSON.stringify(statement.source.value)})`;
  const members: string[] = [];
  let whole: string | null = null;
  for (const specifier of statement.specifiers) {
    names.add(specifier.local.name);
    if (specifier.type === 'ImportNamespaceSpecifier') whole = specifier.local.name;
    else if (specifier.type === 'ImportDefaultSpecifier') members.push(`default: ${specifier.local.name}`);
    else {
      const imported = specifier.imported.type === 'Identifier' ? specifier.imported.name : JSON.stringify(specifier.imported.value);
      members.push(`${imported}: ${specifier.local.name}`);
    }
  }
  if (whole !== null) return members.length === 0 ? `const ${whole} = ${from};` : `const ${whole} = ${from}; const { ${members.join(', ')} } = ${whole};`;
  return members.length === 0 ? `${from};` : `const { ${members.join(', ')} } = ${from};`;
}

function addNames(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties) addNames(property.type === 'RestElement' ? property.argument : property.value, names);
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) addNames(element, names);
      return;
    case 'RestElement':
      addNames(pattern.argument, names);
      return;
    case 'AssignmentPattern':
      addNames(pattern.left, names);
      return;
    case 'MemberExpression':
      return;
  }
}

function applyEdits(code: string, edits: readonly Edit[]): string {
  let result = '';
  let position = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += code.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + code.slice(position);
}
