import { PlanError } from '../error';
import { prepareExpression } from '../expression/evaluate';
import type { SelectNode } from '../plan/plan';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import { onlyInput } from './only-input';
import type { OperatorSpec, StreamType } from './operator';
import { computedField } from './shaping/computed-field';
import { refuseKey } from './shaping/require-field';
import { ReshapeOperator } from './shaping/reshape-operator';

type SelectConfig = SelectNode['config'];

/** Computes new columns from the old ones. */
export const select: OperatorSpec<SelectConfig> = {
  op: 'select',
  doc: 'Replaces the columns of each row by computed ones, in the order given. Key columns that are not named come first and stay; event time stays.',
  fields: [{ name: 'columns', type: '{ name: expression }', doc: 'Output columns, e.g. { g: r => r.mv / 9.81 }.' }],
  drops: 'Nothing.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'select', path);
    return { schema: selectedSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'select', node);
    const keys = keptKeys(config, input).map(name => fieldIndex(input.schema, name));
    const expressions = config.columns.map(column => prepareExpression(column.expression, input.schema, node));
    return new ReshapeOperator(selectedSchema(config, input, node), batch => [...keys.map(index => batch.columns[index]!), ...expressions.map(expression => expression.evaluate(batch))]);
  }
};

function keptKeys(config: SelectConfig, input: StreamType): string[] {
  return input.keys.filter(key => !config.columns.some(column => column.name === key));
}

function selectedSchema(config: SelectConfig, input: StreamType, path: string): Schema {
  if (config.columns.length === 0) throw new PlanError('SELECT_COLUMN', `select at ${path}: it names no column. Give at least one, e.g. { x: r => r.x }.`, { details: { path } });
  const fields: Field[] = keptKeys(config, input).map(name => input.schema.fields[fieldIndex(input.schema, name)]!);
  config.columns.forEach(({ name, expression }, index) => {
    const place = `${path}.columns[${index}]`;
    if (fields.some(field => field.name === name)) throw new PlanError('DUPLICATE_COLUMN', `select("${name}"): two columns have that name. Rename one.`, { details: { path: place } });
    const isItself = expression.kind === 'column' && expression.name === name;
    if (!isItself) refuseKey(input.keys, name, { op: 'select', path: place, advice: 'Give the computed column another name, or select before keyBy.' });
    fields.push(computedField(name, expression, input.schema, `${place}.expression`));
  });
  return { fields };
}
