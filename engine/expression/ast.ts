/**
 * The typed AST of an expression: a closed, small language. Expressions are parsed from arrow functions, never executed
 * as code, and evaluated column by column by prepared closures. `offset` is the position in the text that was parsed.
 */
export type ExpressionType = 'bool' | 'int32' | 'int64' | 'float64' | 'utf8' | 'timestampMs';

export type Expression =
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null; readonly type: ExpressionType | 'null' }
  | { readonly kind: 'column'; readonly name: string; readonly offset?: number }
  | { readonly kind: 'unary'; readonly op: '-' | '+' | '!'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'conditional'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
  | { readonly kind: 'call'; readonly fn: string; readonly args: readonly Expression[]; readonly offset?: number };

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '**' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||' | '??';
