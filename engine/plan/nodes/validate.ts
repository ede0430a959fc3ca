import { expressionFromJson } from '../../expression/json';
import type { Expression } from '../../expression/ast';
import { columnName, columnNames } from '../column-names';
import { connectionForm } from '../forms';
import { describe, ObjectReader, planInvalid, refuseDuplicates } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';

/** Rules that rows have to keep. */
export interface ValidateNode extends UnaryNode {
  readonly op: 'validate';
  readonly config: {
    readonly rules: readonly ValidationRule[];
    /** New text column with the names of the rules that a row breaks, or null. */
    readonly violationsColumn: string | null;
  };
}

/** What becomes of a row that breaks a rule: it goes to the dead letters, to the side output `invalid`, or stays. Every violation is counted under the rule's name. */
export type RuleSeverity = 'drop' | 'sideOutput' | 'warn';

export type ValidationRule = RuleCheck & { readonly name: string; readonly severity: RuleSeverity };
export type RuleCheck = NotNullCheck | RangeCheck | OneOfCheck | RateCheck | ExpressionCheck | DriftCheck | RowCountCheck;

export interface NotNullCheck {
  readonly check: 'notNull';
  readonly columns: readonly string[];
}
/** Both bounds inclusive; null: no bound. Null passes, NaN does not. Of a list, every element. */
export interface RangeCheck {
  readonly check: 'range';
  readonly column: string;
  readonly min: number | null;
  readonly max: number | null;
}
/** Null passes. */
export interface OneOfCheck {
  readonly check: 'oneOf';
  readonly column: string;
  readonly values: readonly (string | number | boolean)[];
}
/** Change per second of event time against the last value of the key that kept the rule. */
export interface RateCheck {
  readonly check: 'rate';
  readonly column: string;
  readonly maxPerSecond: number;
}
/** Broken by false; null passes, as in a CHECK of SQL. */
export interface ExpressionCheck {
  readonly check: 'expression';
  readonly holds: Expression;
}
/** Broken by a column that is missing in so many rows of a key on end: the device has changed its messages. */
export interface DriftCheck {
  readonly check: 'drift';
  readonly columns: readonly string[];
  readonly rows: number;
}
/** Rows of a key per window of event time. A row beyond `max` breaks it; a window that closes with fewer than `min` is counted. */
export interface RowCountCheck {
  readonly check: 'rowCount';
  readonly everyMs: number;
  readonly min: number | null;
  readonly max: number | null;
}

const RULES_MAX = 200;
const VALUES_MAX = 1_000;
const VALUE_LENGTH_MAX = 256;
const NUMBER_MAX = Number.MAX_VALUE;
const CHECKS = ['notNull', 'range', 'oneOf', 'rate', 'expression', 'drift', 'rowCount'] as const;

/** The config of a validate node, read strictly from untrusted JSON. */
export function parseValidate(json: unknown, path: string): ValidateNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: ValidateNode['config'] = {
    rules: reader.list('rules', 1, RULES_MAX, parseRule),
    violationsColumn: reader.raw('violationsColumn') === null ? null : columnName(reader, 'violationsColumn')
  };
  reader.end();
  refuseDuplicates(config.rules.map(rule => rule.name), reader.at('rules'), 'rule');
  return config;
}

function parseRule(json: unknown, path: string): ValidationRule {
  const reader = new ObjectReader(json, path);
  const name = reader.text('name', PLAN_LIMITS.nameLengthMax, connectionForm);
  const severity = reader.oneOf('severity', ['drop', 'sideOutput', 'warn']);
  const rule: ValidationRule = { name, severity, ...parseCheck(reader) };
  reader.end();
  return rule;
}

function parseCheck(reader: ObjectReader): RuleCheck {
  const check = reader.oneOf('check', CHECKS);
  switch (check) {
    case 'notNull':
      return { check, columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax) };
    case 'range':
      return { check, column: columnName(reader, 'column'), ...bounds(reader, name => reader.number(name, -NUMBER_MAX, NUMBER_MAX)) };
    case 'oneOf':
      return { check, column: columnName(reader, 'column'), values: reader.list('values', 1, VALUES_MAX, parseValue) };
    case 'rate':
      return { check, column: columnName(reader, 'column'), maxPerSecond: reader.number('maxPerSecond', 0, NUMBER_MAX) };
    case 'expression':
      return { check, holds: expressionFromJson(reader.raw('holds'), reader.at('holds')) };
    case 'drift':
      return { check, columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax), rows: reader.integer('rows', 1) };
    case 'rowCount':
      return { check, everyMs: reader.integer('everyMs', 1), ...bounds(reader, name => reader.integer(name, 0)) };
  }
}

function bounds(reader: ObjectReader, read: (name: string) => number): { readonly min: number | null; readonly max: number | null } {
  const [min, max] = ['min', 'max'].map(name => (reader.raw(name) === null ? null : read(name))) as [number | null, number | null];
  if (min === null && max === null) throw planInvalid(reader.path, 'min and max are both null', 'at least one of them');
  if (min !== null && max !== null && min > max) throw planInvalid(reader.path, `min ${min} is above max ${max}`, 'min to be at most max');
  return { min, max };
}

function parseValue(json: unknown, path: string): string | number | boolean {
  if (typeof json === 'boolean' || (typeof json === 'number' && Number.isFinite(json)) || (typeof json === 'string' && json.length <= VALUE_LENGTH_MAX)) return json;
  throw planInvalid(path, describe(json), `a number, true, false or a text of at most ${VALUE_LENGTH_MAX} characters`);
}
