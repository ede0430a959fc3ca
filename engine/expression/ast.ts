/**
 * The typed AST of an expression: a closed, small language. Expressions are parsed from arrow functions, never executed
 * as code, and evaluated column by column by prepared closures. `offset` is the position in the text that was parsed.
 *
 * Types: a number without a fraction is an integer however it is written (`5`, `5.0`), int32 if it fits, int64 beyond.
 *   + - * of integers      int64, exact; null where the result leaves int64
 *   % of integers          int64 with the sign of the dividend; null by 0
 *   / and **               float64, also of integers (7 / 2 is 3.5); by 0: Infinity or NaN
 *   other arithmetic       float64 (float32 columns are widened)
 *   time ± integer         timestampMs; time - time is float64 milliseconds
 *   text + text            text
 *   < <= > >= == !=        IEEE 754 for numbers (NaN equals nothing), code points for texts
 *
 * Null: arithmetic and comparison with null are null; && and || are three-valued (false && null is false); a null
 * condition takes the second branch; ?? and coalesce give the first value that is not null; isNull is never null.
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
