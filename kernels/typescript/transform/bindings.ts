import type { AnyNode, Pattern, Program, VariableDeclaration } from 'acorn';

export type BindingKind = 'var' | 'let' | 'const' | 'function' | 'class' | 'import' | 'implicit';
export type Bindings = Map<string, BindingKind>;

/** Every name that a cell declares at its top level, `var` in nested blocks included. */
export function topLevelBindings(program: Program): Bindings {
  const bindings: Bindings = new Map();
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement.type === 'ExportDefaultDeclaration' ? statement.declaration : statement;
    if (declaration === null || declaration === undefined) continue;
    if (declaration.type === 'ImportDeclaration') for (const specifier of declaration.specifiers) bindings.set(specifier.local.name, 'import');
    else declare(declaration, bindings);
  }
  for (const name of varNames(program)) if (!bindings.has(name)) bindings.set(name, 'var');
  return bindings;
}

function declare(node: AnyNode, bindings: Bindings): void {
  if (node.type === 'VariableDeclaration' && isScoped(node)) for (const name of declaredNames(node)) bindings.set(name, node.kind);
  if (node.type === 'FunctionDeclaration' && node.id) bindings.set(node.id.name, 'function');
  if (node.type === 'ClassDeclaration' && node.id) bindings.set(node.id.name, 'class');
}

function isScoped(node: VariableDeclaration): node is VariableDeclaration & { kind: 'var' | 'let' | 'const' } {
  return node.kind === 'var' || node.kind === 'let' || node.kind === 'const';
}

/** Names that a statement list declares for its own block: `let`, `const`, classes, functions. */
export function lexicalNames(statements: readonly AnyNode[]): string[] {
  const names: string[] = [];
  for (const node of statements) {
    if (node.type === 'VariableDeclaration' && node.kind !== 'var') names.push(...declaredNames(node));
    if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) names.push(node.id.name);
  }
  return names;
}

/** Names declared by `var` anywhere below `node`, not looking into functions. */
export function varNames(node: AnyNode): string[] {
  const names: string[] = [];
  const visit = (current: AnyNode): void => {
    if (isFunction(current) || current.type === 'ClassDeclaration' || current.type === 'ClassExpression') return;
    if (current.type === 'VariableDeclaration' && current.kind === 'var') names.push(...declaredNames(current));
    forEachChild(current, visit);
  };
  forEachChild(node, visit);
  return names;
}

export function declaredNames(node: VariableDeclaration): string[] {
  return node.declarations.flatMap(declarator => patternNames(declarator.id));
}

export function patternNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap(property => patternNames(property.type === 'RestElement' ? property.argument : property.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap(element => (element === null ? [] : patternNames(element)));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'RestElement':
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

export function isFunction(node: AnyNode): boolean {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}

/** Calls `visit` for each direct child in source order of the properties. */
export function forEachChild(node: AnyNode, visit: (child: AnyNode) => void): void {
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) for (const item of value) visitNode(item, visit);
    else visitNode(value, visit);
  }
}

function visitNode(value: unknown, visit: (child: AnyNode) => void): void {
  if (isNode(value)) visit(value);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value;
}
