import { assert, PlanError } from '../../error';
import type { IntervalJoinNode } from '../../plan/nodes/streams';
import type { OperatorSpec, StreamType } from '../operator';
import { IntervalJoinOperator } from './interval-join-operator';
import { AS_FIELD, LATE_POLICY_FIELD, ON_FIELD } from './join-fields';
import type { JoinedColumn } from './joined-type';
import { joinedColumns, joinedStream } from './joined-type';
import { STREAM_LIMITS } from './limits';

type IntervalJoinConfig = IntervalJoinNode['config'];

/** Pairs of rows of two streams whose times are close, as Flink's interval join. */
export const intervalJoin: OperatorSpec<IntervalJoinConfig> = {
  op: 'intervalJoin',
  ports: { min: 2, max: 2 },
  doc: 'Pairs of a left and a right row with equal keys and lowerMs <= tRight - tLeft <= upperMs. A pair leaves when the second of the two comes in; its event time is the later of both. A null key equals nothing. With type left, a left row that finds no partner leaves alone once none can come any more, and the watermark stays upperMs + 1 ms behind.',
  fields: [
    ON_FIELD,
    { name: 'lowerMs', type: 'number', unit: 'ms', doc: 'Least time from the left row to the right one, inclusive; negative: the right one may be earlier.' },
    { name: 'upperMs', type: 'number', unit: 'ms', doc: 'Greatest time from the left row to the right one, inclusive.' },
    { name: 'type', type: "'inner' | 'left'", default: 'inner', doc: 'inner: only pairs. left: also left rows without a partner, with null in the columns of the right.' },
    AS_FIELD,
    LATE_POLICY_FIELD
  ],
  drops: 'Rows with a time before the watermark of both streams together: counted as late, or dead letters LATE. Rows beyond a limit: dead letters JOIN_LIMIT.',
  memory: `The rows that may still find a partner: at most ${STREAM_LIMITS.rowsMax} rows and ${STREAM_LIMITS.bytesMax} bytes of texts and lists of each stream, ${STREAM_LIMITS.rowsPerKeyMax} of one key. A key without rows is forgotten.`,
  resolve(config, inputs, path) {
    return joinedStream(columnsOf(config, inputs, path), config.on);
  },
  create(config, inputs, node) {
    const [left, right] = inputs;
    assert(left !== undefined && right !== undefined, 'an interval join has two inputs');
    return new IntervalJoinOperator({ node, config, inputs: [left, right], columns: columnsOf(config, inputs, node), limits: STREAM_LIMITS });
  }
};

function columnsOf(config: IntervalJoinConfig, [left, right]: readonly StreamType[], path: string): readonly JoinedColumn[] {
  if (left === undefined || right === undefined) throw new PlanError('PLAN_INPUT', `intervalJoin at ${path}: it needs two streams. Give it the other one first: left.intervalJoin(right, { … }).`, { details: { path } });
  const { lowerMs, upperMs, on, as, type } = config;
  if (lowerMs > upperMs) throw new PlanError('JOIN_INTERVAL', `intervalJoin at ${path}: lowerMs ${lowerMs} is above upperMs ${upperMs}, so no pair fits. Exchange the two.`, { details: { path } });
  return joinedColumns({ on, as, rightMayMiss: type === 'left' }, left.schema, right.schema, { op: 'intervalJoin', path });
}
