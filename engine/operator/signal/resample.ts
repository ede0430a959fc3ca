import { PlanError } from '../../error';
import type { ResampleNode } from '../../plan/nodes/signal';
import type { Field, Schema } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import { numberField, unitOf, withFields } from '../stateful/input-column';
import { keysMaxFor, STATEFUL_LIMITS } from '../stateful/limits';
import { OrderedOperator } from '../stateful/ordered-operator';
import { ResampleLogic } from './resample-logic';

type ResampleConfig = ResampleNode['config'];

/** Times of the grid that one gap may have. */
const POINTS_PER_GAP_MAX = 1_000;

/** Rows at regular times. */
export const resample: OperatorSpec<ResampleConfig> = {
  op: 'resample',
  doc: 'Gives the rows of each key at the multiples of everyMs since the epoch, from its first row on, as the watermark shows that no row before them is missing. Between two rows that are further apart than maxGapMs there is nothing, after the last row `hold` and `null` go on for as long. Of rows of equal time the last to arrive counts; a line to them ends at the first. With `linear` the watermark that leaves stays behind the last row of each key, by maxGapMs at most.',
  fields: [
    { name: 'columns', type: 'column names', doc: 'What to give, beside the keys: numbers for linear, any columns otherwise.' },
    { name: 'everyMs', type: 'number', unit: 'ms', doc: 'Distance of the times.' },
    { name: 'method', type: "'linear' | 'hold' | 'null'", default: 'linear', doc: 'linear: on the straight line between the rows before and after, float64 (numpy.interp); null where one of them has null. hold: the value of the last row. null: the value of a row at that very time, else null.' },
    { name: 'maxGapMs', type: 'number', unit: 'ms', doc: `How far a row reaches; at most ${POINTS_PER_GAP_MAX} times everyMs.` },
    { name: 'timeAs', type: 'column name', default: 'timeMs', doc: 'Name of the column with the time.' }
  ],
  drops: 'Rows at or before the watermark, counted as late. Rows beyond a limit: dead letters KEY_LIMIT, ROW_LIMIT.',
  memory: `The rows ahead of the watermark and the last row of each key: at most ${STATEFUL_LIMITS.heldRowsMax} rows. Keys times maxGapMs / everyMs are at most ${STATEFUL_LIMITS.keptValuesMax}.`,
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'resample', path);
    return { schema: resampledSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'resample', node);
    const schema = resampledSchema(config, input, node);
    return new OrderedOperator({ node, input, schema, order: 'eventTime', keysMax: keysMaxFor(config.maxGapMs / config.everyMs), logic: new ResampleLogic(config, input) });
  }
};

function resampledSchema(config: ResampleConfig, input: StreamType, path: string): Schema {
  const { columns, everyMs, maxGapMs, method, timeAs } = config;
  if (maxGapMs > everyMs * POINTS_PER_GAP_MAX) {
    throw new PlanError('RESAMPLE_GAP', `resample at ${path}: maxGapMs ${maxGapMs} is more than ${POINTS_PER_GAP_MAX} times everyMs ${everyMs}. Use a maxGapMs of at most ${everyMs * POINTS_PER_GAP_MAX}.`, { details: { path } });
  }
  const keys = input.keys.map(name => requireField(input.schema, name, 'resample', path));
  const values = columns.map((name): Field => {
    const field = method === 'linear' ? numberField(input, name, 'resample', path) : requireField(input.schema, name, 'resample', path);
    return { name, type: method === 'linear' ? 'float64' : field.type, nullable: true, ...unitOf(field), ...derivedTags([field]) };
  });
  return withFields({ fields: keys }, [{ name: timeAs, type: 'timestampMs', nullable: false }, ...values], 'resample', path);
}
