import type { EncryptNode } from '../../plan/nodes/shaping';
import { onlyInput } from '../only-input';
import type { OperatorSpec } from '../operator';
import { requireField } from './require-field';
import { ReshapeOperator } from './reshape-operator';

/** Marks columns that leave the pipeline encrypted. */
export const encrypt: OperatorSpec<EncryptNode['config']> = {
  op: 'encrypt',
  doc: 'Marks columns that leave the pipeline encrypted (AES-256-GCM). Within the pipeline they are as they were: the host encrypts each value when it writes it for a sink, and there the column is binary. What is computed from such a column is marked as well. A replay shows plaintext.',
  fields: [
    { name: 'columns', type: 'column names', doc: 'Columns of any type; not those in the topic of a publication or in the folders of a table.' },
    { name: 'keyRef', type: 'text', doc: 'Name under which the host has the key; the key itself is never part of a Plan.' }
  ],
  drops: 'Nothing here. Rows whose key the host does not have go to its dead letters (KEY_MISSING) without the marked values.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'encrypt', path);
    for (const name of config.columns) requireField(input.schema, name, 'encrypt', path);
    const fields = input.schema.fields.map(field => (config.columns.includes(field.name) ? { ...field, tags: { ...field.tags, encryption: config.keyRef } } : field));
    return { schema: { fields }, keys: input.keys };
  },
  create(config, inputs, node) {
    const { schema } = this.resolve(config, inputs, node);
    return new ReshapeOperator(schema, batch => batch.columns);
  }
};
