import { PlanError } from '../../error';
import type { DropNode } from '../../plan/nodes/shaping';
import { fieldIndex } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { refuseKey, requireField } from './require-field';
import { ReshapeOperator } from './reshape-operator';

type DropConfig = DropNode['config'];

/** Leaves out columns. */
export const drop: OperatorSpec<DropConfig> = {
  op: 'drop',
  doc: 'Leaves out columns and keeps the others. The event time of the rows stays, even if its column goes.',
  fields: [{ name: 'columns', type: 'column names', doc: 'Columns that go; not the keys of the stream.' }],
  drops: 'No rows.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'drop', path);
    for (const name of config.columns) {
      requireField(input.schema, name, 'drop', path);
      refuseKey(input.keys, name, { op: 'drop', path, advice: 'Drop it before keyBy, or after another keyBy.' });
    }
    if (config.columns.length === input.schema.fields.length) throw new PlanError('NO_COLUMNS', `drop at ${path}: it names all ${config.columns.length} columns; expected that one stays. Leave out a name.`, { details: { path } });
    return { schema: { fields: input.schema.fields.filter(field => !config.columns.includes(field.name)) }, keys: input.keys };
  },
  create(config, inputs, node) {
    const { schema }: StreamType = this.resolve(config, inputs, node);
    const before = onlyInput(inputs, 'drop', node).schema;
    const kept = schema.fields.map(field => fieldIndex(before, field.name));
    return new ReshapeOperator(schema, batch => kept.map(index => batch.columns[index]!));
  }
};
