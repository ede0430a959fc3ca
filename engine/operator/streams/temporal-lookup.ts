import { assert, PlanError } from '../../error';
import type { TemporalLookupNode } from '../../plan/nodes/streams';
import type { OperatorSpec, StreamType } from '../operator';
import { COLUMNS_FIELD, LATE_POLICY_FIELD, LOOKUP_AS_FIELD, LOOKUP_ON_FIELD, MISSING_FIELD } from './join-fields';
import type { JoinedColumn } from './joined-type';
import { lookedUpColumns } from './joined-type';
import { STREAM_LIMITS } from './limits';
import { TemporalLookupOperator } from './temporal-lookup-operator';

type TemporalLookupConfig = TemporalLookupNode['config'];

/** Adds the newest update of another stream at each row's event time, as Flink's event-time temporal join. */
export const temporalLookup: OperatorSpec<TemporalLookupConfig> = {
  op: 'temporalLookup',
  ports: { min: 2, max: 2 },
  doc: 'Adds to each row the columns of the newest update with the same key whose time is not after that of the row; of two updates of one time the later arrival. A row leaves when the watermark of both streams together reaches its time, in order of (event time, arrival), so that updates that come in late but are older still count; a row at or behind the watermark leaves at once. A null key finds nothing.',
  fields: [
    LOOKUP_ON_FIELD,
    COLUMNS_FIELD,
    LOOKUP_AS_FIELD,
    MISSING_FIELD,
    { name: 'retentionMs', type: 'number', unit: 'ms', default: 0, doc: 'How far behind the watermark a row may be and still find what was true at its time.' },
    { name: 'ttlMs', type: 'number | null', unit: 'ms', default: null, doc: 'How long after its time an update holds; null: until the next one of its key.' },
    LATE_POLICY_FIELD
  ],
  drops: 'Rows more than retentionMs behind the watermark, and updates that nothing can ask for any more: counted as late, or dead letters LATE. Rows for which nothing is found, with missing drop: counted as dropped; with deadLetter: dead letters LOOKUP_MISSING. Beyond a limit: dead letters LOOKUP_LIMIT.',
  memory: `The rows that wait for the watermark, and for each key the newest update before the watermark less retentionMs and those after it: at most ${STREAM_LIMITS.rowsMax} and ${STREAM_LIMITS.bytesMax} bytes of texts and lists of each, ${STREAM_LIMITS.rowsPerKeyMax} updates of one key. With ttlMs a key without an update that holds is forgotten.`,
  resolve(config, inputs, path) {
    return { schema: { fields: columnsOf(config, inputs, path).map(({ field }) => field) }, keys: inputs[0]!.keys };
  },
  create(config, inputs, node) {
    const [rows, updates] = inputs;
    assert(rows !== undefined && updates !== undefined, 'a lookup in a stream has two inputs');
    return new TemporalLookupOperator({
      node,
      config,
      inputs: [rows, updates],
      schema: this.resolve(config, inputs, node).schema,
      columns: columnsOf(config, inputs, node),
      limits: STREAM_LIMITS
    });
  }
};

function columnsOf({ on, columns, as, missing }: TemporalLookupConfig, [rows, updates]: readonly StreamType[], path: string): readonly JoinedColumn[] {
  if (rows === undefined || updates === undefined) throw new PlanError('PLAN_INPUT', `temporalLookup at ${path}: it needs two streams. Give it the updates first: rows.lookup(updates, { … }).`, { details: { path } });
  return lookedUpColumns({ on, as: { left: '', right: as.right }, columns, rightMayMiss: missing === 'null' }, rows.schema, updates.schema, { op: 'temporalLookup', path });
}
