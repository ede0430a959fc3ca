import { PlanError } from '../../error';
import type { ExplodeNode } from '../../plan/nodes/shaping';
import type { Field, Schema } from '../../schema/schema';
import { isList, typeName } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { ELEMENTS_PER_CHUNK_MAX, ExplodeOperator } from './explode-operator';
import { requireField } from './require-field';

type ExplodeConfig = ExplodeNode['config'];

/** One row per element of a list. */
export const explode: OperatorSpec<ExplodeConfig> = {
  op: 'explode',
  doc: 'Turns each row with lists into one row per element: the list columns become columns of numbers, the others are repeated. Several lists of a row have one length. With everyMs each element gets its own event time.',
  fields: [
    { name: 'columns', type: '{ list: column }', doc: "List columns, and the columns of their elements, e.g. { x: 'x' }." },
    { name: 'index', type: 'column name or null', default: null, doc: 'New column for the position in the list, from 0, as int32.' },
    { name: 'everyMs', type: 'number or null', unit: 'ms', default: null, doc: 'Time from one element to the next, e.g. 0.1 for 10 kHz; event times are rounded down to whole ms. null: all have the event time of the row.' },
    { name: 'stamped', type: "'first' | 'last'", default: 'first', doc: 'Which element has the event time of the row. With last the others are older than it: give the source a maxOutOfOrdernessMs of at least the length of a block, or they may be late.' },
    { name: 'timeColumn', type: 'column name or null', default: null, doc: 'New column for the event time of each element, as timestampMs.' },
    { name: 'whenEmpty', type: "'drop' | 'null'", default: 'drop', doc: 'What becomes of a row whose list is missing or empty: it goes, or stays as one row with null.' }
  ],
  drops: "Rows whose lists are all missing or empty, counted as dropped; none with whenEmpty 'null'. Rows whose lists differ in length: dead letters LIST_LENGTH.",
  memory: `None; elements leave in pieces of at most ${ELEMENTS_PER_CHUNK_MAX} rows.`,
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'explode', path);
    return { schema: explodedSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'explode', node);
    return new ExplodeOperator({ config, node, input: input.schema, schema: explodedSchema(config, input, node) });
  }
};

/** The columns in their old places, then index and time. */
function explodedSchema(config: ExplodeConfig, input: StreamType, path: string): Schema {
  const names = new Map(Object.entries(config.columns));
  for (const name of names.keys()) requireList(requireField(input.schema, name, 'explode', path), path);
  const fields = input.schema.fields.map((field): Field => {
    const name = names.get(field.name);
    return name === undefined || !isList(field.type) ? field : { ...field, name, type: field.type.list, nullable: config.whenEmpty === 'null' };
  });
  if (config.index !== null) fields.push({ name: config.index, type: 'int32', nullable: config.whenEmpty === 'null' });
  if (config.timeColumn !== null) fields.push({ name: config.timeColumn, type: 'timestampMs', nullable: false });
  const taken = new Set<string>();
  for (const { name } of fields) {
    if (taken.has(name)) throw new PlanError('DUPLICATE_COLUMN', `explode at ${path}: two columns would be called "${name}"; expected different names. Give the elements, the index or the time another name.`, { details: { path, column: name } });
    taken.add(name);
  }
  return { fields };
}

function requireList(field: Field, path: string): void {
  if (isList(field.type)) return;
  throw new PlanError('EXPLODE_COLUMN', `explode("${field.name}") at ${path}: the column is ${typeName(field.type)}; expected a list. Name a list column.`, { details: { path, column: field.name } });
}
