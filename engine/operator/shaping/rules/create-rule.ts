import { PlanError } from '../../../error';
import { prepareExpression } from '../../../expression/evaluate';
import type { ValidationRule } from '../../../plan/nodes/validate';
import type { DataType, Field, Schema } from '../../../schema/schema';
import { fieldIndex, isList, isNumeric, typeName } from '../../../schema/schema';
import { requireField } from '../require-field';
import { DriftRule } from './drift-rule';
import { RateRule } from './rate-rule';
import { RowCountRule } from './row-count-rule';
import { ExpressionRule, NotNullRule, OneOfRule, RangeRule } from './row-rules';
import type { Rule } from './rule';

/** `rule` ready for rows of `schema`; PlanError when it does not fit their columns. */
export function createRule(rule: ValidationRule, schema: Schema, path: string): Rule {
  const placed = (name: string): { readonly name: string; readonly index: number } => {
    requireField(schema, name, `rule "${rule.name}"`, path);
    return { name, index: fieldIndex(schema, name) };
  };
  switch (rule.check) {
    case 'notNull':
      return new NotNullRule(rule.columns.map(placed));
    case 'drift':
      return new DriftRule({ columns: rule.columns.map(placed), rows: rule.rows });
    case 'range':
      return new RangeRule({ ...placed(numeric(rule.column, rule.name, schema, path, true)), min: rule.min, max: rule.max });
    case 'rate':
      return new RateRule({ ...placed(numeric(rule.column, rule.name, schema, path, false)), maxPerSecond: rule.maxPerSecond });
    case 'oneOf':
      return new OneOfRule({ ...placed(rule.column), values: valuesFor(requireField(schema, rule.column, `rule "${rule.name}"`, path), rule, path) });
    case 'expression': {
      const predicate = prepareExpression(rule.holds, schema, `${path}.holds`);
      if (predicate.type !== 'bool') throw misfit(rule.name, path, `its expression is ${typeName(predicate.type)}`, 'bool, e.g. r => r.low < r.high');
      return new ExpressionRule(predicate);
    }
    case 'rowCount':
      return new RowCountRule(rule);
  }
}

function numeric(column: string, name: string, schema: Schema, path: string, lists: boolean): string {
  const { type } = requireField(schema, column, `rule "${name}"`, path);
  if (isNumeric(type) || type === 'timestampMs' || (lists && isList(type))) return column;
  throw misfit(name, path, `column "${column}" is ${typeName(type)}`, lists ? 'a number, a time or a list' : 'a number or a time');
}

/** The values of the rule as the column holds them. */
function valuesFor({ name, type }: Field, rule: Extract<ValidationRule, { check: 'oneOf' }>, path: string): readonly (string | number | bigint)[] {
  return rule.values.map(value => {
    const held = heldValue(value, type);
    if (held === null) throw misfit(rule.name, path, `${JSON.stringify(value)} is no value of column "${name}" (${typeName(type)})`, `values of type ${typeName(type)}; lists and binary columns have none`);
    return held;
  });
}

function heldValue(value: string | number | boolean, type: DataType): string | number | bigint | null {
  if (type === 'utf8') return typeof value === 'string' ? value : null;
  if (type === 'bool') return typeof value === 'boolean' ? Number(value) : null;
  if (typeof value !== 'number' || isList(type) || type === 'binary') return null;
  if (type === 'float64') return value;
  if (type === 'float32') return Math.fround(value);
  if (!Number.isSafeInteger(value)) return null;
  return type === 'int64' ? BigInt(value) : value;
}

function misfit(name: string, path: string, seen: string, expected: string): PlanError {
  return new PlanError('RULE', `rule "${name}" at ${path}: ${seen}; expected ${expected}. Correct the rule.`, { details: { path, rule: name } });
}
