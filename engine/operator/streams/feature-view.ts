import { didYouMean, quotedNames } from '../../did-you-mean';
import { PlanError } from '../../error';
import type { FeatureViewNode } from '../../plan/nodes/streams';
import type { Field } from '../../schema/schema';
import { isList, typeName } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec } from '../operator';
import { FEATURE_KEYS_MAX, FeatureViewOperator } from './feature-view-operator';

type FeatureViewConfig = FeatureViewNode['config'];

/** The newest row of each key, for an online store. */
export const featureView: OperatorSpec<FeatureViewConfig> = {
  op: 'featureView',
  doc: 'Passes on each row that is the newest of its key by event time so far (of equal times the later arrival), so that a store which keeps the last row of each key never goes back in time. With ttlMs the column validUntilMs says how long the row holds. For what was true at the time of a record, look up in the stream before the view.',
  fields: [
    { name: 'keys', type: 'column names', doc: 'What a row of features belongs to, e.g. a device; the result is keyed by them.' },
    { name: 'ttlMs', type: 'number | null', unit: 'ms', default: null, doc: 'How long after its time a row holds; null: until the next one of its key.' }
  ],
  drops: 'Rows older than the newest of their key: counted as dropped. Rows that, by the watermark, no longer hold when they come in: counted as late. Rows with a null in their key: dead letters FEATURE_KEY. Rows of keys beyond the limit: dead letters FEATURE_LIMIT.',
  memory: `The newest time of each key, at most ${FEATURE_KEYS_MAX} keys. With ttlMs a key is forgotten when its row no longer holds.`,
  resolve(config, inputs, path) {
    const { fields } = onlyInput(inputs, 'featureView', path).schema;
    for (const name of config.keys) checkKey(name, fields, `${path}.keys`);
    if (config.ttlMs === null) return { schema: { fields }, keys: config.keys };
    if (fields.some(({ name }) => name === VALID_UNTIL.name)) {
      throw new PlanError('DUPLICATE_COLUMN', `featureView at ${path}: the rows have a column "${VALID_UNTIL.name}" already, which the view adds. Rename it before the view.`, { details: { path, column: VALID_UNTIL.name } });
    }
    return { schema: { fields: [...fields, VALID_UNTIL] }, keys: config.keys };
  },
  create(config, inputs, node) {
    const { schema } = this.resolve(config, inputs, node);
    return new FeatureViewOperator({ node, config, input: onlyInput(inputs, 'featureView', node).schema, schema, keysMax: FEATURE_KEYS_MAX });
  }
};

const VALID_UNTIL: Field = { name: 'validUntilMs', type: 'timestampMs', nullable: false };

function checkKey(name: string, fields: readonly Field[], path: string): void {
  const names = fields.map(field => field.name);
  const field = fields.find(each => each.name === name);
  if (field === undefined) throw new PlanError('UNKNOWN_COLUMN', `featureView at ${path}: no column "${name}"; the stream has ${quotedNames(names)}.${didYouMean(name, names)}`, { details: { path, column: name } });
  if (isList(field.type) || field.type === 'binary') {
    throw new PlanError('FEATURE_KEY', `featureView at ${path}: column "${name}" is ${typeName(field.type)}, which cannot be a key. Use a column of texts, numbers, times or true and false.`, { details: { path, column: name } });
  }
}
