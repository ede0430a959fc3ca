import type { UsedAggregate } from '../../aggregate/aggregate-inputs';
import { aggregateInputs } from '../../aggregate/aggregate-inputs';
import type { RollingNode } from '../../plan/nodes/stateful';
import type { Field, Schema } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { ArrivalOperator } from './arrival-operator';
import { withFields } from './input-column';
import { HELD_ROWS, STATEFUL_LIMITS } from './limits';
import { RollingLogic } from './rolling-logic';

type RollingConfig = RollingNode['config'];

/** Aggregates of the last rows, beside each row. */
export const rolling: OperatorSpec<RollingConfig> = {
  op: 'rolling',
  doc: 'Adds aggregates of the last rows of the key to each row, at once: over the last `rows` rows by arrival, the row itself included, or over those rows that have come so far with an event time in (t - sizeMs, t], for late rows those that are still kept. As pandas Series.rolling. Use window(sliding(…)) where rows must be in order of event time and late ones counted.',
  fields: [
    { name: 'span', type: '{ rows } | { sizeMs }', unit: 'rows or ms', doc: `How far back: a number of rows, 1 to ${STATEFUL_LIMITS.rowsMax}, or an event time.` },
    { name: 'aggregates', type: '{ name: aggregate }', doc: "New columns by name, e.g. { mean: mean('x'), spread: stddev('x') }." },
    { name: 'presentMin', type: 'number | null', unit: 'rows', default: null, doc: 'The result is null where fewer rows have a value in the column that is not null; null: all `rows`, or with sizeMs 1. Counts are always given; skewness and kurtosis with bias false need 3 and 4 values.' }
  ],
  drops: `Nothing. Dead letters: rows of keys beyond the limit, KEY_LIMIT; rows beyond ${STATEFUL_LIMITS.rowsMax} within sizeMs of one key or ${STATEFUL_LIMITS.heldRowsMax} over all, ROW_LIMIT; rows for which an aggregate has no result, with its code (SUM_OVERFLOW, VALUE_LIMIT). Those still count in the results of later rows, but for ROW_LIMIT.`,
  memory: `The rows of the span (sizeMs: back to sizeMs before the watermark), those columns that aggregates read: ${HELD_ROWS}, ${STATEFUL_LIMITS.rowsMax} of one key. At most ${STATEFUL_LIMITS.keysMax} keys, which are never forgotten. Cost per row: that of its span.`,
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'rolling', path);
    return { schema: rolledSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'rolling', node);
    const logic = new RollingLogic(config, input.schema, node);
    return new ArrivalOperator({ node, input, schema: rolledSchema(config, input, node), keysMax: STATEFUL_LIMITS.keysMax, logic });
  }
};

function rolledSchema(config: RollingConfig, input: StreamType, path: string): Schema {
  return withFields(input.schema, aggregateInputs(config.aggregates, input.schema, path).map(rolledField), 'rolling', path);
}

function rolledField({ spec, input }: UsedAggregate): Field {
  const { type, nullable } = spec.resolve(input);
  const unit = spec.resultUnit === undefined ? input.field?.unit : spec.resultUnit;
  return { name: input.name, type, nullable: nullable || spec.fn !== 'count', ...(typeof unit === 'string' ? { unit } : {}), ...derivedTags([input.field ?? undefined, input.other?.field]) };
}
