import type { TagNode } from '../../plan/nodes/shaping';
import type { Field } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec } from '../operator';
import { requireField } from './require-field';
import { ReshapeOperator } from './reshape-operator';

type TagConfig = TagNode['config'];

/** Says what columns are about; changes no value. */
export const tag: OperatorSpec<TagConfig> = {
  op: 'tag',
  doc: 'Says what columns are about: unit, classification, origin. Tags travel with the column through every step and into the metadata of the lake; a computed column gets the strictest classification and all origins of the columns that it is computed from.',
  fields: [
    {
      name: 'columns',
      type: '{ name: { unit?, classification?, lineage? } }',
      doc: "unit: for people. classification: 'public' | 'internal' | 'confidential' | 'pii' | 'secret', from the least to the strictest; replaces what the column had, also by a weaker one. lineage: where the values come from, in words of your own."
    }
  ],
  drops: 'Nothing.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'tag', path);
    const tags = new Map(Object.entries(config.columns));
    for (const name of tags.keys()) requireField(input.schema, name, 'tag', path);
    return { schema: { fields: input.schema.fields.map(field => tagged(field, tags.get(field.name))) }, keys: input.keys };
  },
  create(config, inputs, node) {
    const { schema } = this.resolve(config, inputs, node);
    return new ReshapeOperator(schema, batch => batch.columns);
  }
};

function tagged(field: Field, given: TagConfig['columns'][string] | undefined): Field {
  if (given === undefined) return field;
  const { unit, ...tags } = given;
  const all = { ...field.tags, ...tags };
  return { ...field, ...(unit === undefined ? {} : { unit }), ...(Object.keys(all).length === 0 ? {} : { tags: all }) };
}
