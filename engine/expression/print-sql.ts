import { PlanError } from '../error';
import type { Schema } from '../schema/schema';
import type { Expression } from './ast';
import { typeExpression } from './check';
import { REPLACED_LENGTH_MAX } from './functions';
import type { SqlDialect } from './sql-dialects';
import { sqlDialects } from './sql-dialects';
import type { Typed, TypedApply, TypedConstant } from './typed';

export type SqlDialectName = 'duckdb' | 'flink';

/** Longest SQL of one expression; operands that must be written twice could otherwise grow without end. */
const SQL_LENGTH_MAX = 262_144;

/**
 * `expression` as SQL that means the same over columns of `schema`: nulls, NaN, division, integer overflow and
 * comparison as `prepareExpression` computes them. In Flink, columns of type timestampMs are BIGINT milliseconds.
 * Throws PlanError as `checkExpression` does, and `SQL_UNSUPPORTED` for what the dialect cannot say.
 */
export function printSql(expression: Expression, schema: Schema, dialect: SqlDialectName, path = 'expression'): string {
  const typed = typeExpression(expression, schema, path);
  const printer = new Printer(sqlDialects[dialect], path);
  if (typed.kind === 'column') return sqlDialects[dialect].name(typed.name);
  const text = printer.print(typed);
  return typed.type === 'timestampMs' ? sqlDialects[dialect].timeOf(text) : text;
}

class Printer {
  constructor(
    private readonly dialect: SqlDialect,
    private readonly path: string
  ) {}

  print(node: Typed): string {
    const text = this.printKind(node);
    if (text.length > SQL_LENGTH_MAX) throw new PlanError('SQL_UNSUPPORTED', `${this.path}: as ${this.dialect.title} the expression is longer than ${SQL_LENGTH_MAX} characters; expected a shorter one. Split it over several select steps.`, { details: { path: this.path } });
    return text;
  }

  private printKind(node: Typed): string {
    switch (node.kind) {
      case 'constant':
        return this.constant(node);
      case 'column':
        return node.type === 'timestampMs' ? this.dialect.millisecondsOf(this.dialect.name(node.name)) : this.dialect.name(node.name);
      case 'cast':
        if (node.operand.type === 'timestampMs') return this.print(node.operand);
        return `CAST(${this.print(node.operand)} AS ${node.type === 'int64' ? 'BIGINT' : 'DOUBLE'})`;
      case 'apply':
        return this.apply(node);
    }
  }

  private constant({ value, type }: TypedConstant): string {
    if (value === null) return type === 'null' ? 'NULL' : `CAST(NULL AS ${this.dialect.typeNames[type]})`;
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
    if (typeof value === 'string') return `'${value.replace(/'/gu, "''")}'`;
    if (typeof value === 'bigint') return this.dialect.integer(value);
    return type === 'int32' ? String(value) : value.toExponential();
  }

  private apply(node: TypedApply): string {
    const [a = '', b = '', c = ''] = node.args.map(argument => this.print(argument));
    const operandType = node.args[0]?.type;
    switch (node.primitive) {
      case 'and':
        return `(${a} AND ${b})`;
      case 'or':
        return `(${a} OR ${b})`;
      case 'not':
        return `(NOT ${a})`;
      case 'if':
        return `(CASE WHEN ${a} THEN ${b} ELSE ${c} END)`;
      case 'coalesce':
        return `COALESCE(${a}, ${b})`;
      case 'isNull':
        return `(${this.isNullOperand(node, a)} IS NULL)`;
      case 'concat':
        return `(${a} || ${b})`;
      case 'replace':
        return this.replace(node, `REPLACE(${a}, ${b}, ${c})`);
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return operandType === 'float64' ? this.dialect.compareDoubles(node.primitive, a, b, mayBeNaN(node.args[0]), mayBeNaN(node.args[1])) : `(${a} ${sqlOperator(node.primitive)} ${b})`;
      default:
        return node.type === 'int64' ? this.integers(node, a, b) : this.call(node, a, b);
    }
  }

  /** Only a text that becomes longer can become too long. */
  private replace({ args: [, from, to] }: TypedApply, text: string): string {
    if (from?.kind !== 'constant' || to?.kind !== 'constant' || String(to.value).length <= String(from.value).length) return text;
    return `(CASE WHEN ${this.dialect.call('length', text, '') ?? ''} <= ${REPLACED_LENGTH_MAX} THEN ${text} END)`;
  }

  /** A lone column is tested as it is: its conversion could not be null anyway. */
  private isNullOperand(node: TypedApply, printed: string): string {
    const [operand] = node.args;
    return operand?.kind === 'column' ? this.dialect.name(operand.name) : printed;
  }

  private integers(node: TypedApply, a: string, b: string): string {
    switch (node.primitive) {
      case '+':
      case '-':
      case '*':
        return node.nullable ? this.dialect.exact(node.primitive, a, b) : `(${a} ${node.primitive} ${b})`;
      case '%':
        return `(CASE WHEN ${b} = 0 THEN NULL ELSE MOD(${a}, ${b}) END)`;
      case 'negate':
        return this.dialect.exact('-', this.dialect.integer(0n), a);
      case 'abs':
        return `(CASE WHEN ${a} < 0 THEN ${this.dialect.exact('-', this.dialect.integer(0n), a)} ELSE ${a} END)`;
      case 'sign':
        return `CAST(SIGN(${a}) AS BIGINT)`;
      case 'min':
        return `(CASE WHEN ${a} < ${b} THEN ${a} WHEN ${b} <= ${a} THEN ${b} END)`;
      default:
        return `(CASE WHEN ${a} > ${b} THEN ${a} WHEN ${b} >= ${a} THEN ${b} END)`;
    }
  }

  private call(node: TypedApply, a: string, b: string): string {
    const text = this.dialect.call(node.primitive, a, b);
    if (text !== null) return text;
    throw new PlanError('SQL_UNSUPPORTED', `${this.path}: "${node.primitive}" of ${node.type} cannot be said in ${this.dialect.title} with the same meaning; expected an expression without it. Compute it before the export, or run the pipeline with Littoral's own engine.`, { details: { path: this.path } });
  }
}

function sqlOperator(op: string): string {
  return op === '==' ? '=' : op === '!=' ? '<>' : op;
}

/** Integers and constants of a Plan are never NaN. */
function mayBeNaN(node: Typed | undefined): boolean {
  return !(node?.kind === 'constant' || (node?.kind === 'cast' && node.operand.type !== 'float32') || node?.type === 'timestampMs');
}
