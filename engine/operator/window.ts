import type { AggregateInput } from '../aggregate/aggregate';
import { StateSet } from '../aggregate/aggregate';
import { aggregateSpec } from '../aggregate/registry';
import { didYouMean } from '../did-you-mean';
import { PlanError } from '../error';
import type { WindowNode } from '../plan/plan';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import { AlignedWindowOperator } from '../window/aligned-window-operator';
import { assignerOf } from '../window/assigner';
import { WINDOW_LIMITS } from '../window/limits';
import { checkWindow } from '../window/check-window';
import type { OperatorSpec, StreamType } from './operator';

type WindowConfig = WindowNode['config'];

/** Windowed aggregation: one row per window and key, when the watermark passes the window's end. */
export const window: OperatorSpec<WindowConfig> = {
  op: 'window',
  doc: 'Aggregates the rows of each window and key. A window fires when the watermark reaches its end; results leave in the order (window end, window start, key by first arrival) and have event time end - 1.',
  fields: [
    { name: 'window', type: 'tumbling({ sizeMs, offsetMs })', unit: 'ms', doc: 'Windows [start, start + sizeMs) aligned to offsetMs.' },
    { name: 'aggregates', type: '{ name: aggregate }', doc: 'Result columns.' },
    { name: 'allowedLatenessMs', type: 'number', unit: 'ms', default: 0, doc: 'How long a fired window still takes late rows; each gives a further revision of its result.' },
    { name: 'latePolicy', type: "'drop' | 'deadLetter'", default: 'drop', doc: 'What happens to rows later than that.' }
  ],
  drops: 'Rows whose window has ended more than allowedLatenessMs before the watermark: counted as late, or as dead letters LATE. Rows beyond a limit: dead letters KEY_LIMIT, WINDOW_LIMIT, SAMPLE_LIMIT. Windows whose exact int64 sum overflows: dead letters SUM_OVERFLOW.',
  memory: `One accumulator per open window and key, at most ${WINDOW_LIMITS.cellsMax}; at most ${WINDOW_LIMITS.keysMax} keys, which are never forgotten.`,
  resolve(config, [input], path) {
    if (input === undefined) throw new PlanError('PLAN_INPUT', `window at ${path}: it has no input. Give it the stream to aggregate.`, { details: { path } });
    checkWindow(config, path);
    return { schema: resultSchema(config, input, path), keys: input.keys };
  },
  create(config, [input], node) {
    const states = new StateSet();
    const aggregates = aggregateInputs(config, input!, node).map(each => aggregateSpec(each.fn, each.input.path).create(each.input, states));
    return new AlignedWindowOperator({
      node,
      input: input!,
      schema: resultSchema(config, input!, node),
      assigner: assignerOf(config.window),
      allowedLatenessMs: config.allowedLatenessMs,
      latePolicy: config.latePolicy,
      states,
      aggregates,
      limits: WINDOW_LIMITS
    });
  }
};

function aggregateInputs(config: WindowConfig, input: StreamType, path: string): { readonly fn: string; readonly input: AggregateInput }[] {
  return config.aggregates.map((aggregate, index) => {
    const place = `${path}.aggregates[${index}]`;
    const spec = aggregateSpec(aggregate.fn, place);
    const columnIndex = aggregate.column === undefined ? -1 : fieldIndex(input.schema, aggregate.column);
    if (aggregate.column !== undefined && columnIndex < 0) throw missingColumn(aggregate.fn, aggregate.column, input.schema, place);
    if (aggregate.column === undefined && spec.column === 'required') {
      throw new PlanError('AGGREGATE_COLUMN', `${spec.fn}() at ${place}: it has no column. Write ${spec.fn}('x') with one of ${columnNames(input.schema)}.`, { details: { path: place } });
    }
    for (const option of Object.keys(aggregate.options ?? {})) {
      if (!spec.options.some(known => known.name === option)) {
        const known = spec.options.map(each => each.name).join(', ') || 'none';
        throw new PlanError('AGGREGATE_OPTION', `${spec.fn} at ${place}: no option "${option}". Its options: ${known}.`, { details: { path: place } });
      }
    }
    return {
      fn: aggregate.fn,
      input: { name: aggregate.name, field: input.schema.fields[columnIndex] ?? null, columnIndex, options: aggregate.options ?? {}, path: place }
    };
  });
}

function missingColumn(fn: string, column: string, schema: Schema, path: string): PlanError {
  const names = schema.fields.map(field => field.name);
  return new PlanError('UNKNOWN_COLUMN', `${fn}("${column}"): no such column; the stream has ${columnNames(schema)}.${didYouMean(column, names)}`, { details: { path, column } });
}

function columnNames(schema: Schema): string {
  return schema.fields.map(field => `"${field.name}"`).join(', ');
}

function resultSchema(config: WindowConfig, input: StreamType, path: string): Schema {
  const fields: Field[] = input.keys.map(name => input.schema.fields[fieldIndex(input.schema, name)]!);
  fields.push({ name: 'windowStartMs', type: 'timestampMs', nullable: false }, { name: 'windowEndMs', type: 'timestampMs', nullable: false });
  if (config.allowedLatenessMs > 0) fields.push({ name: 'revision', type: 'int32', nullable: false });
  for (const { fn, input: aggregate } of aggregateInputs(config, input, path)) {
    const { type, nullable } = aggregateSpec(fn, aggregate.path).resolve(aggregate);
    if (fields.some(field => field.name === aggregate.name)) {
      throw new PlanError('DUPLICATE_COLUMN', `aggregate "${aggregate.name}" at ${aggregate.path}: the result already has a column of that name (keys, windowStartMs, windowEndMs, revision and aggregates share one row). Rename the aggregate.`, { details: { path: aggregate.path } });
    }
    const unit = fn === 'count' ? undefined : aggregate.field?.unit;
    fields.push({ name: aggregate.name, type, nullable, ...(unit !== undefined && type !== 'int64' ? { unit } : {}) });
  }
  return { fields };
}
