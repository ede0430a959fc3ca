import { PlanError } from '../../error';
import type { RenameNode } from '../../plan/nodes/shaping';
import { onlyInput } from '../only-input';
import type { OperatorSpec } from '../operator';
import { requireField } from './require-field';
import { ReshapeOperator } from './reshape-operator';

/** Gives columns other names. */
export const rename: OperatorSpec<RenameNode['config']> = {
  op: 'rename',
  doc: 'Gives columns other names, all at once, so that two can swap theirs. Type, unit, tags and place stay; keys stay keys under their new names.',
  fields: [{ name: 'columns', type: '{ old: new }', doc: "New names by old ones, e.g. { temp: 'temperature' }." }],
  drops: 'Nothing.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'rename', path);
    const names = new Map(Object.entries(config.columns));
    for (const name of names.keys()) requireField(input.schema, name, 'rename', path);
    const fields = input.schema.fields.map(field => ({ ...field, name: names.get(field.name) ?? field.name }));
    const taken = new Set<string>();
    for (const { name } of fields) {
      if (taken.has(name)) throw new PlanError('DUPLICATE_COLUMN', `rename at ${path}: two columns would be called "${name}"; expected different names. Drop or rename the other one too.`, { details: { path, column: name } });
      taken.add(name);
    }
    return { schema: { fields }, keys: input.keys.map(key => names.get(key) ?? key) };
  },
  create(config, inputs, node) {
    const { schema } = this.resolve(config, inputs, node);
    return new ReshapeOperator(schema, batch => batch.columns);
  }
};
