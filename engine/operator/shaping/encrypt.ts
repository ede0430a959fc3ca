import { quotedNames } from '../../did-you-mean';
import { PlanError } from '../../error';
import type { EncryptNode } from '../../plan/nodes/shaping';
import type { Field } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
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
    { name: 'keyRef', type: 'text', doc: 'Name under which the host has the key; the key itself is never part of a Plan.' },
    { name: 'tokens', type: '{ name: new name }', default: {}, doc: 'For some of the columns a further one with a token of the value (HMAC-SHA-256 under the token key of the same name): equal values have equal tokens, so rows can be joined without being read.' }
  ],
  drops: 'Nothing here. Rows whose key the host does not have go to its dead letters (KEY_MISSING) without the marked values.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'encrypt', path);
    for (const name of config.columns) requireField(input.schema, name, 'encrypt', path);
    const fields = input.schema.fields.map(field => (config.columns.includes(field.name) ? { ...field, tags: { ...field.tags, encryption: config.keyRef } } : field));
    const tokens = Object.entries(config.tokens).map(([name, as]) => tokenField({ ...config, name, as, path }, fields));
    return { schema: { fields: [...fields, ...tokens] }, keys: input.keys };
  },
  create(config, inputs, node) {
    const { schema } = this.resolve(config, inputs, node);
    const before = onlyInput(inputs, 'encrypt', node).schema;
    const tokens = Object.keys(config.tokens).map(name => fieldIndex(before, name));
    return new ReshapeOperator(schema, batch => (tokens.length === 0 ? batch.columns : [...batch.columns, ...tokens.map(index => batch.columns[index]!)]));
  }
};

/** A copy of an encrypted column, of which the host writes tokens. */
function tokenField({ columns, name, as, path }: EncryptNode['config'] & { readonly name: string; readonly as: string; readonly path: string }, fields: readonly Field[]): Field {
  const field = fields.find(each => each.name === name);
  if (field === undefined || !columns.includes(name)) throw new PlanError('TOKEN_COLUMN', `encrypt at ${path}: the token "${as}" is of column "${name}", which is not encrypted here; expected one of ${quotedNames(columns)}. Add it to columns.`, { details: { path, column: name } });
  if (fields.some(each => each.name === as)) throw new PlanError('DUPLICATE_COLUMN', `encrypt at ${path}: the stream already has a column "${as}"; expected a new name for the token of "${name}". Give another.`, { details: { path, column: as } });
  return { ...field, name: as, tags: { ...field.tags, token: true } };
}
