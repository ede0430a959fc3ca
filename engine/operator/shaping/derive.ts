import type { Batch, Column } from '../../batch/batch';
import { prepareExpression } from '../../expression/evaluate';
import type { DeriveNode } from '../../plan/nodes/shaping';
import type { Field, Schema } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { computedField } from './computed-field';
import { refuseKey } from './require-field';
import { ReshapeOperator } from './reshape-operator';

type DeriveConfig = DeriveNode['config'];

/** Adds computed columns and keeps the others. */
export const derive: OperatorSpec<DeriveConfig> = {
  op: 'derive',
  doc: 'Adds computed columns and keeps the others. A column that is there already is replaced in its place. Every expression sees the columns as they came in.',
  fields: [{ name: 'columns', type: '{ name: expression }', doc: 'New or replaced columns, e.g. { g: r => r.mv / 9.81 }.' }],
  drops: 'Nothing.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'derive', path);
    return { schema: derivedSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'derive', node);
    const schema = derivedSchema(config, input, node);
    const computed = config.columns.map(({ name, expression }) => ({ at: fieldIndex(schema, name), expression: prepareExpression(expression, input.schema, node) }));
    return new ReshapeOperator(schema, (batch: Batch) => {
      const columns: Column[] = [...batch.columns];
      for (const { at, expression } of computed) columns[at] = expression.evaluate(batch);
      return columns;
    });
  }
};

function derivedSchema(config: DeriveConfig, input: StreamType, path: string): Schema {
  const fields: Field[] = [...input.schema.fields];
  config.columns.forEach(({ name, expression }, index) => {
    const place = `${path}.columns[${index}]`;
    const isItself = expression.kind === 'column' && expression.name === name;
    if (!isItself) refuseKey(input.keys, name, { op: 'derive', path: place, advice: 'Give the computed column another name, or derive before keyBy.' });
    const field = computedField(name, expression, input.schema, `${place}.expression`);
    const known = fieldIndex(input.schema, name);
    if (known < 0) fields.push(field);
    else fields[known] = field;
  });
  return { fields };
}
