import type { Expression } from '../expression/ast';
import type { RuleSeverity } from '../plan/nodes/validate';
import { planInvalid } from '../plan/json-reader';
import { given } from './given';
import type { Flat, NamesOf, Row } from './row-types';

export interface ValidateOptions<R extends Row, V extends string> {
  readonly rules: readonly RuleOf<R>[];
  /** New text column with the names of the rules that a row breaks, separated by "; ". Default none. */
  readonly violationsColumn?: V;
}

/** A rule about rows with the columns `R`. */
export type RuleOf<R extends Row> = {
  /** Under this name violations are counted. */
  readonly name: string;
  /** What becomes of a row that breaks it: dead letter (`drop`), the branch `invalid` (`sideOutput`), or it stays (`warn`). Default `drop`. */
  readonly severity?: RuleSeverity;
} & CheckOf<R>;

type CheckOf<R extends Row> =
  | {
      /** The columns have values. */
      readonly check: 'notNull';
      readonly columns: readonly NamesOf<R>['all'][];
    }
  | {
      /** The value, or every element of a list, is within the bounds, both inclusive; NaN is not. */
      readonly check: 'range';
      readonly column: NamesOf<R>['numbers'];
      readonly min?: number | null;
      readonly max?: number | null;
    }
  | {
      /** The value is one of those listed. */
      readonly check: 'oneOf';
      readonly column: NamesOf<R>['keys'];
      readonly values: readonly (string | number | boolean)[];
    }
  | {
      /** The value changes by at most so much per second of event time, against the newest one of the key that kept the rule. */
      readonly check: 'rate';
      readonly column: SingleNumbers<R>;
      readonly maxPerSecond: number;
    }
  | {
      /** The condition is not false: `holds: r => r.low < r.high`. */
      readonly check: 'expression';
      readonly holds: (r: R) => boolean;
    }
  | {
      /** No column is missing in so many rows of a key on end, as when a device changes its messages. */
      readonly check: 'drift';
      readonly columns: readonly NamesOf<R>['all'][];
      readonly rows: number;
    }
  | {
      /** Rows of a key per window of event time. A row beyond `max` breaks the rule; a window that closes with fewer than `min` is counted. */
      readonly check: 'rowCount';
      readonly everyMs: number;
      readonly min?: number | null;
      readonly max?: number | null;
    };
type SingleNumbers<R extends Row> = Exclude<NamesOf<R>['numbers'], NamesOf<R>['signals']>;

export type Validated<R extends Row, V extends string> = [V] extends [never] ? R : Flat<R & { readonly [N in V]: string }>;

/** The rules as a Plan has them; `expression` gives the Plan's form of a condition. */
export function rulesJson(rules: readonly RuleOf<Row>[], expression: (holds: (r: never) => boolean, subject: string) => Expression): readonly object[] {
  if (!Array.isArray(rules)) throw planInvalid('validate.rules', `got ${typeof rules}`, "a list of rules, e.g. [{ name: 'load', check: 'notNull', columns: ['load'] }]");
  return rules.map((rule: RuleOf<Row>, index) => {
    const { severity = 'drop' } = given(rule, `validate.rules[${index}]`, "a rule, e.g. { name: 'load', check: 'notNull', columns: ['load'] }");
    if (rule.check === 'expression') return { ...rule, severity, holds: expression(rule.holds, `rule "${rule.name}"`) };
    if (rule.check === 'range' || rule.check === 'rowCount') return { ...rule, severity, min: rule.min ?? null, max: rule.max ?? null };
    return { ...rule, severity };
  });
}
