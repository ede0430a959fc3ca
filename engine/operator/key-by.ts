import { quotedNames, didYouMean } from '../did-you-mean';
import { PlanError } from '../error';
import type { KeyByNode } from '../plan/plan';
import { isList, typeName } from '../schema/schema';
import type { OperatorSpec } from './operator';
import { onlyInput } from './only-input';
import { PassOperator } from './pass';

/** Says which columns are the key of the stream. */
export const keyBy: OperatorSpec<KeyByNode['config']> = {
  op: 'keyBy',
  doc: 'Makes the columns the key of the stream: later windows count each key for itself. Null is a key of its own, NaN equals NaN, -0 equals 0.',
  fields: [{ name: 'columns', type: 'column names', doc: 'One or more columns of any type but binary and lists.' }],
  drops: 'Nothing.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'keyBy', path);
    const names = input.schema.fields.map(field => field.name);
    if (config.columns.length === 0) throw new PlanError('KEY_COLUMN', `keyBy at ${path}: it names no column. Name at least one of ${quotedNames(names)}.`, { details: { path } });
    for (const name of config.columns) {
      const field = input.schema.fields.find(each => each.name === name);
      if (field === undefined) {
        throw new PlanError('UNKNOWN_COLUMN', `keyBy("${name}"): no such column; the stream has ${quotedNames(names)}.${didYouMean(name, names)}`, { details: { path, column: name } });
      }
      if (isList(field.type) || field.type === 'binary') {
        throw new PlanError('KEY_COLUMN', `keyBy("${name}"): column "${name}" is ${typeName(field.type)}, which cannot be a key. Use a text, number, bool or timestamp column.`, { details: { path, column: name } });
      }
    }
    if (new Set(config.columns).size !== config.columns.length) throw new PlanError('KEY_COLUMN', `keyBy at ${path}: a column is named twice. Name each once.`, { details: { path } });
    return { schema: input.schema, keys: config.columns };
  },
  create() {
    return new PassOperator();
  }
};
