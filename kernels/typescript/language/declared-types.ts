import ts from 'typescript';

export interface SourceNames {
  /** Every name that a statement of the cell declares. */
  readonly all: ReadonlySet<string>;
  /** Declared names that are types, or both type and value: they are imported by later cells as they are. */
  readonly types: ReadonlySet<string>;
  /** Values that exist for the type checker only (`declare const x: number`). */
  readonly ambient: ReadonlySet<string>;
  /** Names that the cell exports itself. */
  readonly exported: ReadonlySet<string>;
}

/** What a cell declares at its top level beyond what its JavaScript shows. */
export function sourceNames(source: string): SourceNames {
  const all = new Set<string>();
  const types = new Set<string>();
  const ambient = new Set<string>();
  const exported = new Set<string>();
  for (const statement of ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, false).statements) {
    const names = namesOf(statement);
    const isAmbient = hasModifier(statement, ts.SyntaxKind.DeclareKeyword);
    for (const name of names) {
      all.add(name);
      if (isTypeLike(statement)) types.add(name);
      else if (isAmbient) ambient.add(name);
      if (hasModifier(statement, ts.SyntaxKind.ExportKeyword) && !hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) exported.add(name);
    }
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)) {
      for (const element of statement.exportClause.elements) exported.add(element.name.text);
    }
  }
  return { all, types, ambient, exported };
}

function isTypeLike(node: ts.Statement): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node) || ts.isClassDeclaration(node) || ts.isImportDeclaration(node);
}

function namesOf(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => bindingNames(name));
  if (ts.isImportDeclaration(node)) return importNames(node);
  const isNamed = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node) || ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isModuleDeclaration(node);
  return isNamed && node.name !== undefined && ts.isIdentifier(node.name) ? [node.name.text] : [];
}

function importNames({ importClause }: ts.ImportDeclaration): string[] {
  if (importClause === undefined) return [];
  const names = importClause.name === undefined ? [] : [importClause.name.text];
  const { namedBindings } = importClause;
  if (namedBindings === undefined) return names;
  return ts.isNamespaceImport(namedBindings) ? [...names, namedBindings.name.text] : [...names, ...namedBindings.elements.map(({ name }) => name.text)];
}

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

function hasModifier(node: ts.Statement, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some(modifier => modifier.kind === kind) ?? false);
}
