import type { AnyNode, ArrowFunctionExpression, CallExpression, Class, Expression, AnonymousFunctionDeclaration, FunctionDeclaration, FunctionExpression, Identifier, Pattern, Property, AssignmentProperty, UnaryExpression, VariableDeclaration } from 'acorn';
import type { Bindings } from './bindings';
import { declaredNames, forEachChild, lexicalNames, patternNames, varNames } from './bindings';
import type { Edits } from './edits';
import { LANGUAGE_GLOBALS } from './language-globals';
import { HELPER_NAME, SCOPE_NAME } from './scope-name';
import { CellSyntaxError } from './syntax-error';

export interface RewriteOptions {
  readonly edits: Edits;
  /** Declared by this cell at its top level. */
  readonly declared: Bindings;
  /** Declared by earlier cells. */
  readonly known: ReadonlyMap<string, string>;
}

/**
 * Rewrites one cell: top-level bindings become properties of the scope object, and so does every reference to them that
 * no inner binding shadows. `implicit` collects names that are assigned without a declaration.
 */
export class Rewriter {
  readonly implicit = new Set<string>();
  private readonly scopes: ReadonlySet<string>[] = [];
  private functionDepth = 0;
  private readonly edits: Edits;

  constructor(private readonly options: RewriteOptions) {
    this.edits = options.edits;
  }

  readonly visit = (node: AnyNode): void => {
    switch (node.type) {
      case 'Identifier':
        this.reference(node);
        return;
      case 'MemberExpression':
        this.visit(node.object);
        if (node.computed) this.visit(node.property);
        return;
      case 'Property':
        this.property(node);
        return;
      case 'PropertyDefinition':
      case 'MethodDefinition':
        if (node.computed) this.visit(node.key);
        if (node.value) this.visit(node.value);
        return;
      case 'LabeledStatement':
        this.visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ExportNamedDeclaration':
        if (node.type === 'ExportNamedDeclaration' && node.declaration) this.visit(node.declaration);
        return;
      case 'ImportDeclaration':
        return;
      case 'VariableDeclaration':
        this.variables(node);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.func(node);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.classLike(node);
        return;
      default:
        this.statementOrExpression(node);
    }
  };

  private statementOrExpression(node: AnyNode): void {
    switch (node.type) {
      case 'BlockStatement':
        return this.within(lexicalNames(node.body), () => node.body.forEach(this.visit));
      case 'StaticBlock':
        return this.nested(() => this.within([...lexicalNames(node.body), ...varNames(node)], () => node.body.forEach(this.visit)));
      case 'SwitchStatement':
        this.visit(node.discriminant);
        return this.within(lexicalNames(node.cases.flatMap(one => one.consequent)), () => node.cases.forEach(this.visit));
      case 'CatchClause':
        return this.within(node.param ? patternNames(node.param) : [], () => {
          if (node.param) this.pattern(node.param, 'local');
          this.visit(node.body);
        });
      case 'ForStatement':
        return this.within(headNames(node.init), () => forEachChild(node, this.visit));
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.forEachLoop(node);
      case 'AssignmentExpression':
        this.pattern(node.left, 'assign');
        return this.visit(node.right);
      case 'UpdateExpression':
        return this.pattern(node.argument as Pattern, 'assign');
      case 'AwaitExpression':
        this.edits.insert(node.start, `${HELPER_NAME}.back(${HELPER_NAME}.now(), `);
        this.visit(node.argument);
        return this.edits.insert(node.end, ')');
      case 'UnaryExpression':
        return this.unary(node);
      case 'CallExpression':
        return this.call(node);
      case 'TaggedTemplateExpression':
        this.callee(node.tag);
        return this.visit(node.quasi);
      case 'ImportExpression':
        this.edits.replace(node.start, node.start + 'import'.length, `${HELPER_NAME}.import`);
        return forEachChild(node, this.visit);
      case 'MetaProperty':
        if (node.meta.name === 'import') this.edits.replace(node.start, node.end, `${HELPER_NAME}.meta`);
        return;
      default:
        forEachChild(node, this.visit);
    }
  }

  private forEachLoop(node: Extract<AnyNode, { type: 'ForInStatement' | 'ForOfStatement' }>): void {
    this.within(headNames(node.left), () => {
      if (node.left.type === 'VariableDeclaration') this.loopVariable(node.left);
      else this.pattern(node.left, 'assign');
      const isAsync = node.type === 'ForOfStatement' && node.await;
      if (isAsync) this.edits.insert(node.right.start, `${HELPER_NAME}.each(`);
      this.visit(node.right);
      if (isAsync) this.edits.insert(node.right.end, ')');
      this.visit(node.body);
    });
  }

  private func(node: FunctionDeclaration | FunctionExpression | ArrowFunctionExpression | AnonymousFunctionDeclaration): void {
    const names = [...node.params.flatMap(patternNames), ...varNames(node), ...(node.body.type === 'BlockStatement' ? lexicalNames(node.body.body) : [])];
    if (node.type === 'FunctionExpression' && node.id) names.push(node.id.name);
    this.nested(() =>
      this.within(names, () => {
        for (const parameter of node.params) this.pattern(parameter, 'local');
        if (node.body.type === 'BlockStatement') node.body.body.forEach(this.visit);
        else this.visit(node.body);
      })
    );
  }

  private classLike(node: Class): void {
    const isTopLevel = node.type === 'ClassDeclaration' && node.id !== null && this.scopes.length === 0;
    if (isTopLevel) this.edits.insert(node.start, `${SCOPE_NAME}.${node.id?.name} = `);
    this.within(node.id ? [node.id.name] : [], () => {
      if (node.superClass) this.visit(node.superClass);
      this.nested(() => node.body.body.forEach(this.visit));
    });
    if (isTopLevel) this.edits.insert(node.end, ';');
  }

  /** A declaration that belongs to the notebook becomes assignments; any other only has its parts visited. */
  private variables(node: VariableDeclaration): void {
    const first = node.declarations[0];
    if (first === undefined) return;
    if (!this.isHoisted(node)) {
      for (const declarator of node.declarations) {
        this.pattern(declarator.id, 'local');
        if (declarator.init) this.visit(declarator.init);
      }
      return;
    }
    this.edits.remove(node.start, first.start);
    for (const declarator of node.declarations) this.declarator(declarator.id, declarator.init ?? null, declarator.end);
  }

  private loopVariable(node: VariableDeclaration): void {
    const first = node.declarations[0];
    if (first === undefined) return;
    if (this.isHoisted(node)) this.edits.remove(node.start, first.start);
    this.pattern(first.id, this.isHoisted(node) ? 'declare' : 'local');
  }

  private declarator(target: Pattern, init: Expression | null, end: number): void {
    if (init === null) {
      this.pattern(target, 'declare');
      this.edits.insert(end, ' = void 0');
      return;
    }
    const isPattern = target.type !== 'Identifier';
    if (isPattern) this.edits.insert(target.start, '(');
    this.pattern(target, 'declare');
    const name = !isPattern && isAnonymous(init) ? target.name : null;
    if (name !== null) this.edits.insert(init.start, `({ ${name}: `);
    this.visit(init);
    if (name !== null) this.edits.insert(init.end, ` }).${name}`);
    if (isPattern) this.edits.insert(end, ')');
  }

  private isHoisted(node: VariableDeclaration): boolean {
    if (node.kind === 'var') return this.functionDepth === 0;
    return this.scopes.length === 0;
  }

  private pattern(node: Pattern, mode: 'local' | 'declare' | 'assign'): void {
    switch (node.type) {
      case 'Identifier':
        if (mode !== 'local') this.target(node, mode);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.pattern(property.argument, mode);
          else this.patternProperty(property, mode);
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.pattern(element, mode);
        return;
      case 'AssignmentPattern':
        this.pattern(node.left, mode);
        this.visit(node.right);
        return;
      case 'RestElement':
        this.pattern(node.argument, mode);
        return;
      default:
        this.visit(node);
    }
  }

  private patternProperty(property: AssignmentProperty, mode: 'local' | 'declare' | 'assign'): void {
    if (property.computed) this.visit(property.key);
    if (property.shorthand && mode !== 'local') this.edits.insert(property.start, `${shorthandKey(property.value)}: `);
    this.pattern(property.value, mode);
  }

  private property(node: Property | AssignmentProperty): void {
    if (node.computed) this.visit(node.key);
    if (node.shorthand && node.value.type === 'Identifier' && this.isRewritten(node.value.name)) this.edits.insert(node.start, `${node.value.name}: `);
    this.visit(node.value);
  }

  /** An identifier that is written to. */
  private target(node: Identifier, mode: 'declare' | 'assign'): void {
    if (this.isLocal(node.name)) return;
    const kind = this.options.declared.get(node.name) ?? this.options.known.get(node.name);
    if (mode === 'assign' && kind === undefined && LANGUAGE_GLOBALS.has(node.name)) return;
    if (mode === 'assign' && kind === undefined) this.implicit.add(node.name);
    const isConstant = mode === 'assign' && (kind === 'const' || kind === 'import');
    this.edits.replace(node.start, node.end, isConstant ? `${HELPER_NAME}.constant.${node.name}` : `${SCOPE_NAME}.${node.name}`);
  }

  private reference(node: Identifier): void {
    if (node.name === SCOPE_NAME || node.name === HELPER_NAME) throw new CellSyntaxError(`the name "${node.name}" belongs to the kernel; choose another one`, node.start);
    if (this.isRewritten(node.name)) this.edits.replace(node.start, node.end, `${SCOPE_NAME}.${node.name}`);
  }

  private unary(node: UnaryExpression): void {
    const operand = node.argument;
    if (node.operator !== 'typeof' || operand.type !== 'Identifier' || !this.isRewritten(operand.name)) return this.visit(operand);
    this.edits.replace(node.start, node.end, `("${operand.name}" in ${SCOPE_NAME} ? typeof ${SCOPE_NAME}.${operand.name} : "undefined")`);
  }

  private call(node: CallExpression): void {
    if (node.callee.type === 'Super') this.visit(node.callee);
    else this.callee(node.callee);
    node.arguments.forEach(this.visit);
  }

  /** Keeps `this` undefined in the callee; imported functions do not look at it. */
  private callee(node: Expression): void {
    if (node.type !== 'Identifier' || !this.isRewritten(node.name)) return this.visit(node);
    const kind = this.options.declared.get(node.name) ?? this.options.known.get(node.name);
    this.edits.replace(node.start, node.end, kind === 'import' ? `${SCOPE_NAME}.${node.name}` : `(0, ${SCOPE_NAME}.${node.name})`);
  }

  private isRewritten(name: string): boolean {
    if (this.isLocal(name)) return false;
    return this.options.declared.has(name) || this.options.known.has(name) || !LANGUAGE_GLOBALS.has(name);
  }

  private isLocal(name: string): boolean {
    return this.scopes.some(scope => scope.has(name));
  }

  private within(names: readonly string[], body: () => void): void {
    this.scopes.push(new Set(names));
    body();
    this.scopes.pop();
  }

  private nested(body: () => void): void {
    this.functionDepth += 1;
    body();
    this.functionDepth -= 1;
  }
}

function headNames(head: AnyNode | null | undefined): string[] {
  return head?.type === 'VariableDeclaration' && head.kind !== 'var' ? declaredNames(head) : [];
}

function shorthandKey(value: Pattern): string {
  if (value.type === 'Identifier') return value.name;
  return value.type === 'AssignmentPattern' && value.left.type === 'Identifier' ? value.left.name : '';
}

function isAnonymous(init: Expression): boolean {
  if (init.type === 'ArrowFunctionExpression') return true;
  return (init.type === 'FunctionExpression' || init.type === 'ClassExpression') && !init.id;
}
