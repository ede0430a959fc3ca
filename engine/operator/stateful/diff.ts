import type { DiffNode } from '../../plan/nodes/stateful';
import { derivedTags } from '../../schema/tags';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { ArrivalOperator } from './arrival-operator';
import { Differences, IntegerDifferences } from './differences';
import { columnIndexOf, isInteger, numberField, unitOf, withFields } from './input-column';
import { keysMaxFor, keysMemory } from './limits';

type DiffConfig = DiffNode['config'];

/** Difference from the row before. */
export const diff: OperatorSpec<DiffConfig> = {
  op: 'diff',
  doc: 'Adds the difference between a value and that of the row before of the key, by arrival: float64, of whole numbers int64 (null on overflow), of times ms. Null where one of the values is missing. As numpy.diff.',
  fields: [
    { name: 'column', type: 'column name', doc: 'A column of numbers or times.' },
    { name: 'as', type: 'column name', doc: 'Name of the new column.' },
    { name: 'order', type: 'number', default: 1, doc: 'How many times the difference is taken, 1 to 16: 2 is the difference of the differences.' }
  ],
  drops: 'Nothing. Rows of keys beyond the limit: dead letters KEY_LIMIT.',
  memory: keysMemory('`order` numbers for each key', 'order'),
  resolve(config, inputs, path) {
    return differedType(config, onlyInput(inputs, 'diff', path), path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'diff', node);
    const field = numberField(input, config.column, 'diff', node);
    const columnIndex = columnIndexOf(input, config.column);
    const logic = isInteger(field.type) ? new IntegerDifferences(columnIndex, config.order) : new Differences(columnIndex, config.order);
    return new ArrivalOperator({ node, input, schema: differedType(config, input, node).schema, keysMax: keysMaxFor(config.order), logic });
  }
};

function differedType(config: DiffConfig, input: StreamType, path: string): StreamType {
  const field = numberField(input, config.column, 'diff', path);
  const unit = field.type === 'timestampMs' ? { unit: 'ms' } : unitOf(field);
  const added = { name: config.as, type: isInteger(field.type) ? 'int64' : 'float64', nullable: true, ...unit, ...derivedTags([field]) } as const;
  return { schema: withFields(input.schema, [added], 'diff', path), keys: input.keys };
}
