import { StateSet } from '../aggregate/aggregate';
import { aggregateInputs } from '../aggregate/aggregate-inputs';
import { PlanError } from '../error';
import type { WindowNode, WindowSpec } from '../plan/nodes/window';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import { derivedTags } from '../schema/tags';
import { AlignedWindowOperator } from '../window/aligned-window-operator';
import { assignerOf } from '../window/assigner';
import { SLIDING_ROWS_MAX, WINDOW_LIMITS } from '../window/limits';
import { checkWindow } from '../window/check-window';
import { CountingOperator } from '../window/counting-operator';
import { PREVIEW_FIELDS, SlidingOperator } from '../window/sliding-operator';
import { SessionOperator } from '../window/session-operator';
import { REVISED_SESSION_FIELDS } from '../window/session-results';
import type { WindowOptions } from '../window/window-options';
import { hasRevisions } from '../window/window-options';
import type { Operator, OperatorSpec, StreamType } from './operator';

type WindowConfig = WindowNode['config'];

/** Windowed aggregation: one row per window and key, when the watermark passes the window's end. */
export const window: OperatorSpec<WindowConfig> = {
  op: 'window',
  doc: 'Aggregates the rows of each window and key. A window fires when the watermark reaches its end; results leave in the order (window end, window start, key by first arrival) and have event time end - 1. A window of rows leaves with its last row, at the largest event time of its rows or just after the watermark, so that it is late for nobody; sliding results leave in order of (event time, arrival).',
  fields: [
    { name: 'window', type: 'tumbling | hopping | cumulating | session | counting | sliding', unit: 'ms', doc: 'How rows are put into windows by their event time. tumbling({ sizeMs, offsetMs }): side by side. hopping({ sizeMs, hopMs, offsetMs }): one begins every hopMs. cumulating({ maxSizeMs, stepMs, offsetMs }): growing by a step. session({ gapMs, maxDurationMs }): as long as rows of a key are at most gapMs apart; a row that would make a session longer than maxDurationMs begins another. counting({ rows, hopRows, emitPartial }): a number of rows per key, in order of arrival. sliding({ sizeMs }) or sliding({ rows }): one result per row, over the rows of its key up to it.' },
    { name: 'aggregates', type: '{ name: aggregate }', doc: 'Result columns.' },
    { name: 'allowedLatenessMs', type: 'number', unit: 'ms', default: 0, doc: 'How long a fired window still takes late rows; each gives a further revision of its result.' },
    { name: 'latePolicy', type: "'drop' | 'deadLetter' | 'sideOutput'", default: 'drop', doc: 'What happens to rows later than that. sideOutput: they leave by the side output "late", as they came.' },
    { name: 'emit', type: "'onClose' | 'onUpdate' | 'onArrival' | { everyMs }", default: 'onClose', doc: 'When results leave. onUpdate: after every row, with the whole content so far. everyMs: whenever the watermark passes a multiple of it, if the window has changed since, and at its end. The column "revision" numbers the results of a window; for sessions "replaces" holds the bounds (start, end, …) of results that this one takes the place of. onArrival, for sliding windows: a preview at once (column "preview" true), the result when the watermark reaches the row. counting has onClose alone.' }
  ],
  drops: 'Rows whose windows have all ended more than allowedLatenessMs before the watermark: counted as late, or as dead letters LATE. Rows between hopping or counting windows: counted in the gap; with counting no row is late, with sliding those at or before the watermark are. Rows beyond a limit: dead letters KEY_LIMIT, WINDOW_LIMIT, SAMPLE_LIMIT, VALUE_LIMIT; rows whose two lists are no pairs: LIST_LENGTH. Windows that an aggregate has no result for: dead letters SUM_OVERFLOW, RANGE_OVERFLOW, COLLECT_LIMIT.',
  memory: `One accumulator per open window and key, at most ${WINDOW_LIMITS.cellsMax}, in records of 8 bytes per number; at most ${WINDOW_LIMITS.keysMax} keys. Keys without an open window are forgotten when the table of keys is full; one that comes back counts as new. sliding keeps one accumulator per row of its windows, at most ${SLIDING_ROWS_MAX}, and sliding({ rows }) the last rows of every key.`,
  sideOutputs(config, [input]): Readonly<Record<string, StreamType>> {
    return config.latePolicy === 'sideOutput' && input !== undefined ? { late: input } : {};
  },
  resolve(config, [input], path) {
    if (input === undefined) throw new PlanError('PLAN_INPUT', `window at ${path}: it has no input. Give it the stream to aggregate.`, { details: { path } });
    checkWindow(config, path);
    return { schema: resultSchema(config, input, path), keys: input.keys };
  },
  create(config, [input], node) {
    const states = new StateSet();
    const uses = aggregateInputs(config.aggregates, input!.schema, node);
    const options: WindowOptions = {
      node,
      input: input!,
      schema: resultSchema(config, input!, node),
      allowedLatenessMs: config.allowedLatenessMs,
      latePolicy: config.latePolicy,
      emit: config.emit,
      states,
      aggregates: uses.map(each => each.spec.create(each.input, states)),
      limits: WINDOW_LIMITS
    };
    return operatorOf(config.window, options, uses.flatMap(({ input: use }) => [use.columnIndex, use.other?.columnIndex ?? -1]).filter(index => index >= 0));
  }
};

function operatorOf(spec: WindowSpec, options: WindowOptions, aggregated: readonly number[]): Operator {
  switch (spec.kind) {
    case 'tumbling':
    case 'hopping':
    case 'cumulating':
      return new AlignedWindowOperator({ ...options, assigner: assignerOf(spec), aggregated: [...new Set(aggregated)] });
    case 'session':
      return new SessionOperator({ ...options, spec });
    case 'counting':
      return new CountingOperator({ ...options, spec });
    case 'sliding':
      return new SlidingOperator({ ...options, spec });
  }
}

function resultSchema(config: WindowConfig, input: StreamType, path: string): Schema {
  const fields: Field[] = input.keys.map(name => input.schema.fields[fieldIndex(input.schema, name)]!);
  fields.push({ name: 'windowStartMs', type: 'timestampMs', nullable: false }, { name: 'windowEndMs', type: 'timestampMs', nullable: false });
  fields.push(...moreFields(config));
  for (const { spec, input: aggregate } of aggregateInputs(config.aggregates, input.schema, path)) {
    const { type, nullable } = spec.resolve(aggregate);
    if (fields.some(field => field.name === aggregate.name)) {
      throw new PlanError('DUPLICATE_COLUMN', `aggregate "${aggregate.name}" at ${aggregate.path}: the result already has a column of that name (keys, windowStartMs, windowEndMs, revision, replaces, preview and aggregates share one row). Rename the aggregate.`, { details: { path: aggregate.path } });
    }
    const unit = spec.resultUnit === undefined ? aggregate.field?.unit : spec.resultUnit;
    fields.push({ name: aggregate.name, type, nullable, ...(typeof unit === 'string' ? { unit } : {}), ...derivedTags([aggregate.field ?? undefined, aggregate.other?.field]) });
  }
  return { fields };
}

/** Columns between the bounds of a window and its aggregates. */
function moreFields(config: WindowConfig): readonly Field[] {
  if (config.window.kind === 'sliding') return config.emit === 'onArrival' ? PREVIEW_FIELDS : [];
  if (!hasRevisions(config)) return [];
  return config.window.kind === 'session' ? REVISED_SESSION_FIELDS : [{ name: 'revision', type: 'int32', nullable: false }];
}
