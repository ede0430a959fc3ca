import { PlanError } from '../../error';
import type { ValidateNode } from '../../plan/nodes/validate';
import { fieldIndex } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { createRule } from './rules/create-rule';
import { OPEN_COUNTS_MAX } from './rules/row-count-rule';
import { INVALID, VALIDATE_KEYS_MAX, ValidateOperator } from './validate-operator';

type ValidateConfig = ValidateNode['config'];

/** Holds rows against rules. */
export const validate: OperatorSpec<ValidateConfig> = {
  op: 'validate',
  doc: 'Holds every row against named rules and counts what breaks them, rule by rule. A row that breaks a rule of severity drop goes to the dead letters, of severity sideOutput to the side output invalid, of severity warn it stays; the strictest counts.',
  fields: [
    {
      name: 'rules',
      type: '{ name, severity, check, … }',
      doc: 'notNull { columns } · range { column, min, max }, both inclusive or null, NaN is outside, every element of a list · oneOf { column, values } · rate { column, maxPerSecond }: change per second of event time against the newest value of the key that kept the rule · expression { holds } · drift { columns, rows }: missing in so many rows of a key on end · rowCount { everyMs, min, max }: rows per key and window; a row beyond max breaks it, a window that closes with fewer than min is only counted. Null passes all but notNull and drift.'
    },
    { name: 'violationsColumn', type: 'column name or null', default: null, doc: 'New text column with the names of the rules that the row breaks, separated by "; ", or null if it breaks none.' }
  ],
  drops: 'Rows that break a rule of severity drop: dead letters VALIDATION with the name of the first. Rows of severity sideOutput leave through the side output invalid; if nothing reads it they are only counted under the rule. Rows of keys beyond the limit: dead letters KEY_LIMIT; beyond the limit of open windows: WINDOW_LIMIT.',
  memory: `rate: two numbers per key; drift: one per key and column; rowCount: a count per key and open window, at most ${OPEN_COUNTS_MAX}. At most ${VALIDATE_KEYS_MAX} keys, which are never forgotten.`,
  sideOutputs(config, inputs, path) {
    const sides: Record<string, StreamType> = {};
    if (config.rules.some(({ severity }) => severity === 'sideOutput')) sides[INVALID] = validatedType(config, onlyInput(inputs, 'validate', path), path);
    return sides;
  },
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'validate', path);
    config.rules.forEach((rule, index) => createRule(rule, input.schema, `${path}.rules[${index}]`));
    return validatedType(config, input, path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'validate', node);
    const rules = config.rules.map(rule => ({ name: rule.name, severity: rule.severity, rule: createRule(rule, input.schema, node) }));
    return new ValidateOperator({ node, input, schema: validatedType(config, input, node).schema, rules, hasViolations: config.violationsColumn !== null });
  }
};

function validatedType(config: ValidateConfig, input: StreamType, path: string): StreamType {
  const name = config.violationsColumn;
  if (name === null) return input;
  if (fieldIndex(input.schema, name) >= 0) throw new PlanError('DUPLICATE_COLUMN', `validate at ${path}: the stream already has a column "${name}"; expected a new name for the violations. Give another.`, { details: { path, column: name } });
  return { schema: { fields: [...input.schema.fields, { name, type: 'utf8', nullable: true }] }, keys: input.keys };
}
