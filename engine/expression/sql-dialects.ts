import type { ExpressionType } from './ast';
import type { ComparePrimitive, Primitive } from './typed';

/** How one SQL writes what the dialects say differently. Operands are complete SQL texts. */
export interface SqlDialect {
  readonly title: string;
  readonly typeNames: Readonly<Record<ExpressionType, string>>;
  name(column: string): string;
  integer(value: bigint): string;
  /** A time column as a double of milliseconds, and the way back. */
  millisecondsOf(column: string): string;
  timeOf(milliseconds: string): string;
  compareDoubles(op: ComparePrimitive, a: string, b: string, aMayBeNaN: boolean, bMayBeNaN: boolean): string;
  /** Sum, difference or product of BIGINTs, NULL where it leaves the range. */
  exact(op: '+' | '-' | '*', a: string, b: string): string;
  /** A call of doubles or texts, or null if there is no SQL with the same meaning. */
  call(primitive: Primitive, a: string, b: string): string | null;
}

const NAN = "CAST('NaN' AS DOUBLE)";
const operators: Readonly<Record<ComparePrimitive, string>> = { '==': '=', '!=': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };

const duckdb: SqlDialect = {
  title: 'DuckDB SQL',
  typeNames: { bool: 'BOOLEAN', int32: 'INTEGER', int64: 'BIGINT', float64: 'DOUBLE', utf8: 'VARCHAR', timestampMs: 'TIMESTAMP' },
  name: column => `"${column.replace(/"/gu, '""')}"`,
  integer: value => `CAST(${value} AS BIGINT)`,
  millisecondsOf: column => `CAST(epoch_ms(${column}) AS DOUBLE)`,
  timeOf: milliseconds => `epoch_ms(CAST(${milliseconds} AS BIGINT))`,
  compareDoubles: duckdbCompare,
  exact: (op, a, b) => `TRY_CAST(CAST(${a} AS HUGEINT) ${op} CAST(${b} AS HUGEINT) AS BIGINT)`,
  call: duckdbCall
};

/** DuckDB holds NaN equal to itself and above every number; expressions compare as IEEE 754 does. */
function duckdbCompare(op: ComparePrimitive, a: string, b: string, aMayBeNaN: boolean, bMayBeNaN: boolean): string {
  const plain = `(${a} ${operators[op]} ${b})`;
  const nanSide = op === '<' || op === '<=' ? (bMayBeNaN ? b : null) : aMayBeNaN ? a : null;
  if (op === '==' && !(aMayBeNaN && bMayBeNaN)) return plain;
  if (op === '!=' && !(aMayBeNaN && bMayBeNaN)) return plain;
  if (nanSide === null) return plain;
  const other = nanSide === a ? b : a;
  const nan = `(isnan(${nanSide}) AND ${other} IS NOT NULL)`;
  return op === '!=' ? `(${plain} OR ${nan})` : `(${plain} AND NOT ${nan})`;
}

function duckdbCall(primitive: Primitive, a: string, b: string): string | null {
  switch (primitive) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return `(${a} ${primitive} ${b})`;
    case 'negate':
      return `(-${a})`;
    case 'round':
      return `(CASE WHEN ${a} - floor(${a}) >= 0.5 THEN ceil(${a}) ELSE floor(${a}) END)`;
    case 'sign':
      return `(CASE WHEN isnan(${a}) OR ${a} = 0 THEN ${a} WHEN ${a} > 0 THEN 1e0 WHEN ${a} < 0 THEN -1e0 END)`;
    case 'sqrt':
      return `(CASE WHEN ${a} < 0 THEN ${NAN} ELSE sqrt(${a}) END)`;
    case 'ln':
    case 'log10':
      return `(CASE WHEN ${a} < 0 THEN ${NAN} WHEN ${a} = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE ${primitive}(${a}) END)`;
    case 'sin':
    case 'cos':
    case 'tan':
      return `(CASE WHEN isinf(${a}) THEN ${NAN} ELSE ${primitive}(${a}) END)`;
    case 'pow':
      return `(CASE WHEN ${a} IS NULL THEN NULL WHEN isnan(${b}) OR (isinf(${b}) AND abs(${a}) = 1) THEN ${NAN} ELSE pow(${a}, ${b}) END)`;
    case 'hypot':
      return `(CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN isinf(${a}) OR isinf(${b}) THEN CAST('Infinity' AS DOUBLE) ELSE sqrt(${a} * ${a} + ${b} * ${b}) END)`;
    case 'min':
    case 'max':
      return `(CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN isnan(${a}) OR isnan(${b}) THEN ${NAN} ELSE ${primitive === 'min' ? 'least' : 'greatest'}(${a}, ${b}) END)`;
    case 'startsWith':
      return `starts_with(${a}, ${b})`;
    case 'contains':
    case 'atan2':
      return `${primitive}(${a}, ${b})`;
    case 'length':
      return `CAST(length(${a}) AS INTEGER)`;
    case 'isNaN':
      return `isnan(${a})`;
    default:
      return `${primitive}(${a})`;
  }
}

const flink: SqlDialect = {
  title: 'Flink SQL',
  typeNames: { bool: 'BOOLEAN', int32: 'INT', int64: 'BIGINT', float64: 'DOUBLE', utf8: 'STRING', timestampMs: 'BIGINT' },
  name: column => `\`${column.replace(/`/gu, '``')}\``,
  integer: value => `CAST(${value} AS BIGINT)`,
  millisecondsOf: column => `CAST(${column} AS DOUBLE)`,
  timeOf: milliseconds => `CAST(${milliseconds} AS BIGINT)`,
  compareDoubles: (op, a, b) => `(${a} ${operators[op]} ${b})`,
  exact: flinkExact,
  call: flinkCall
};

/** Flink's integers wrap; DECIMAL(38, 0) holds every sum, and every product below 10^38. */
function flinkExact(op: '+' | '-' | '*', a: string, b: string): string {
  const exact = `(CAST(${a} AS DECIMAL(19, 0)) ${op} CAST(${b} AS DECIMAL(19, 0)))`;
  return `(CASE WHEN ${exact} BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(${exact} AS BIGINT) END)`;
}

/** Flink has no such function, and its planner takes x <> x for false. */
function flinkIsNaN(a: string): string {
  return `(CAST(${a} AS STRING) = 'NaN')`;
}

function flinkCall(primitive: Primitive, a: string, b: string): string | null {
  switch (primitive) {
    case '+':
    case '-':
    case '*':
    case '/':
      return `(${a} ${primitive} ${b})`;
    case 'negate':
      return `(-${a})`;
    case 'round':
      return `(CASE WHEN ${a} - FLOOR(${a}) >= 0.5 THEN CEIL(${a}) ELSE FLOOR(${a}) END)`;
    case 'ln':
    case 'log10':
    case 'sqrt':
    case 'exp':
    case 'sin':
    case 'cos':
    case 'tan':
    case 'abs':
    case 'sign':
    case 'floor':
    case 'ceil':
    case 'lower':
    case 'upper':
      return `${primitive.toUpperCase()}(${a})`;
    case 'pow':
      return `POWER(${a}, ${b})`;
    case 'atan2':
      return `ATAN2(${a}, ${b})`;
    case 'hypot':
      return `SQRT(${a} * ${a} + ${b} * ${b})`;
    case 'startsWith':
      return `STARTSWITH(${a}, ${b})`;
    case 'contains':
      return `(POSITION(${b} IN ${a}) > 0)`;
    case 'length':
      return `CHAR_LENGTH(${a})`;
    case 'min':
    case 'max':
      return `(CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN ${flinkIsNaN(a)} OR ${flinkIsNaN(b)} THEN ${NAN} ELSE ${primitive === 'min' ? 'LEAST' : 'GREATEST'}(${a}, ${b}) END)`;
    case 'isNaN':
      return flinkIsNaN(a);
    default:
      return null;
  }
}

export const sqlDialects: Readonly<Record<'duckdb' | 'flink', SqlDialect>> = { duckdb, flink };
