import type { Column } from '../batch/batch';
import { PlanError } from '../error';
import type { PreparedExpression } from '../expression/evaluate';
import { prepareExpression } from '../expression/evaluate';
import type { SelectNode } from '../plan/plan';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import { newCounters } from './counters';
import { onlyInput } from './only-input';
import type { Chunk, Operator, OperatorSpec, Output, StreamType } from './operator';

type SelectConfig = SelectNode['config'];

/** Computes new columns from the old ones. */
export const select: OperatorSpec<SelectConfig> = {
  op: 'select',
  doc: 'Replaces the columns of each row by computed ones, in the order given. Key columns that are not named come first and stay; event time stays.',
  fields: [{ name: 'columns', type: '{ name: expression }', doc: 'Output columns, e.g. { g: r => r.mv / 9.81 }.' }],
  drops: 'Nothing.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'select', path);
    return { schema: selectedSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'select', node);
    const keys = keptKeys(config, input).map(name => fieldIndex(input.schema, name));
    const expressions = config.columns.map(column => prepareExpression(column.expression, input.schema, node));
    return new SelectOperator(selectedSchema(config, input, node), keys, expressions);
  }
};

function keptKeys(config: SelectConfig, input: StreamType): string[] {
  return input.keys.filter(key => !config.columns.some(column => column.name === key));
}

function selectedSchema(config: SelectConfig, input: StreamType, path: string): Schema {
  if (config.columns.length === 0) throw new PlanError('SELECT_COLUMN', `select at ${path}: it names no column. Give at least one, e.g. { x: r => r.x }.`, { details: { path } });
  const fields: Field[] = keptKeys(config, input).map(name => input.schema.fields[fieldIndex(input.schema, name)]!);
  config.columns.forEach(({ name, expression }, index) => {
    const place = `${path}.columns[${index}]`;
    if (fields.some(field => field.name === name)) throw new PlanError('DUPLICATE_COLUMN', `select("${name}"): two columns have that name. Rename one.`, { details: { path: place } });
    if (input.keys.includes(name) && !(expression.kind === 'column' && expression.name === name)) {
      throw new PlanError('KEY_COLUMN', `select("${name}"): "${name}" is a key of the stream and must stay as it is. Give the computed column another name, or select before keyBy.`, { details: { path: place } });
    }
    const { type, nullable } = prepareExpression(expression, input.schema, `${place}.expression`);
    const unit = expression.kind === 'column' ? input.schema.fields[fieldIndex(input.schema, expression.name)]?.unit : undefined;
    fields.push({ name, type, nullable, ...(unit === undefined ? {} : { unit }) });
  });
  return { fields };
}

class SelectOperator implements Operator {
  readonly counters = newCounters();

  constructor(
    private readonly schema: Schema,
    private readonly keys: readonly number[],
    private readonly expressions: readonly PreparedExpression[]
  ) {}

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    const columns: Column[] = this.keys.map(index => batch.columns[index]!);
    for (const expression of this.expressions) columns.push(expression.evaluate(batch));
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += batch.rowCount;
    this.counters.rowsOut += batch.rowCount;
    output.emit({ batch: { ...batch, schema: this.schema, columns }, progress });
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}
