import type { Expression } from './ast';

/** Names of the columns that `expression` reads, each once, in the order of their first use. */
export function columnsOf(expression: Expression): readonly string[] {
  const names = new Set<string>();
  collect(expression, names);
  return [...names];
}

function collect(expression: Expression, into: Set<string>): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'column':
      into.add(expression.name);
      return;
    case 'unary':
      return collect(expression.operand, into);
    case 'binary':
      collect(expression.left, into);
      return collect(expression.right, into);
    case 'conditional':
      collect(expression.test, into);
      collect(expression.then, into);
      return collect(expression.otherwise, into);
    case 'call':
      for (const argument of expression.args) collect(argument, into);
  }
}
