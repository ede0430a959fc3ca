import { assert, PlanError } from '../../error';
import type { WindowJoinNode } from '../../plan/nodes/streams';
import type { AlignedWindowSpec } from '../../plan/nodes/window';
import type { Field } from '../../schema/schema';
import { assignerOf } from '../../window/assigner';
import { checkWindow } from '../../window/check-window';
import type { OperatorSpec, StreamType } from '../operator';
import { AS_FIELD, LATE_POLICY_FIELD, ON_FIELD } from './join-fields';
import type { JoinedColumn } from './joined-type';
import { joinedColumns, joinedStream, refuseSameNames } from './joined-type';
import { STREAM_LIMITS } from './limits';
import { WindowJoinOperator } from './window-join-operator';

type WindowJoinConfig = WindowJoinNode['config'];

/** All pairs of the rows of two streams in one window, as Flink's window join. */
export const windowJoin: OperatorSpec<WindowJoinConfig> = {
  op: 'windowJoin',
  ports: { min: 2, max: 2 },
  doc: 'All pairs of a left and a right row with equal keys in one window. They leave when the watermark of both streams together reaches the end of the window, in the order (window end, key by first arrival in the window, left row, right row by arrival), with event time end - 1. A null key equals nothing. With allowed lateness all pairs of a window leave again with every late row; revision counts how often this pair has left before.',
  fields: [
    ON_FIELD,
    { name: 'window', type: 'tumbling(…) | hopping(…) | cumulating(…)', unit: 'ms', doc: 'Windows by event time, the same for both sides.' },
    { name: 'allowedLatenessMs', type: 'number', unit: 'ms', default: 0, doc: 'How long a fired window still takes late rows; each gives all pairs of its window and key once more.' },
    AS_FIELD,
    LATE_POLICY_FIELD
  ],
  drops: 'Rows whose windows have all ended more than allowedLatenessMs before the watermark: counted as late, or dead letters LATE. Rows between hopping windows: counted in the gap. Rows beyond a limit: dead letters JOIN_LIMIT.',
  memory: `The rows of open windows: at most ${STREAM_LIMITS.rowsMax} rows and ${STREAM_LIMITS.bytesMax} bytes of texts and lists of each stream, ${STREAM_LIMITS.rowsPerKeyMax} rows and ${STREAM_LIMITS.pairsMax} pairs of one key and window. A key without rows is forgotten.`,
  resolve(config, inputs, path) {
    windowOf(config, path);
    const columns = columnsOf(config, inputs, path);
    const between = boundsOf(config);
    refuseSameNames([...columns.map(({ field }) => field.name), ...between.map(({ name }) => name)], { op: 'windowJoin', path });
    return joinedStream(columns, config.on, between);
  },
  create(config, inputs, node) {
    const [left, right] = inputs;
    assert(left !== undefined && right !== undefined, 'a window join has two inputs');
    return new WindowJoinOperator({
      node,
      config,
      inputs: [left, right],
      assigner: assignerOf(windowOf(config, node)),
      schema: this.resolve(config, inputs, node).schema,
      columns: columnsOf(config, inputs, node),
      limits: STREAM_LIMITS
    });
  }
};

function boundsOf({ allowedLatenessMs }: WindowJoinConfig): Field[] {
  const fields: Field[] = [
    { name: 'windowStartMs', type: 'timestampMs', nullable: false },
    { name: 'windowEndMs', type: 'timestampMs', nullable: false }
  ];
  return allowedLatenessMs > 0 ? [...fields, { name: 'revision', type: 'int32', nullable: false }] : fields;
}

/** The window, which must be the same for all keys. */
function windowOf({ window, allowedLatenessMs }: WindowJoinConfig, path: string): AlignedWindowSpec {
  if (window.kind === 'session' || window.kind === 'counting' || window.kind === 'sliding') {
    throw new PlanError('WINDOW', `windowJoin at ${path}: its window is ${window.kind}; expected tumbling, hopping or cumulating, which are the same for both sides. For rows that are close in time use intervalJoin.`, { details: { path } });
  }
  checkWindow({ window, allowedLatenessMs, aggregates: [], latePolicy: 'drop', emit: 'onClose' }, path);
  return window;
}

function columnsOf({ on, as }: WindowJoinConfig, [left, right]: readonly StreamType[], path: string): readonly JoinedColumn[] {
  if (left === undefined || right === undefined) throw new PlanError('PLAN_INPUT', `windowJoin at ${path}: it needs two streams. Give it the other one first: left.windowJoin(right, { … }).`, { details: { path } });
  return joinedColumns({ on, as, rightMayMiss: false }, left.schema, right.schema, { op: 'windowJoin', path });
}
