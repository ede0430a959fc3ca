import { gatherBatch } from '../batch/gather';
import { assert, PlanError } from '../error';
import type { PreparedExpression } from '../expression/evaluate';
import { prepareExpression } from '../expression/evaluate';
import type { FilterNode } from '../plan/plan';
import { typeName } from '../schema/schema';
import { newCounters } from './counters';
import { onlyInput } from './only-input';
import type { Chunk, Operator, OperatorSpec, Output, SnapshotReader, SnapshotWriter } from './operator';
import { saysNothing } from '../time/progress-search';
import { WatermarkLog } from '../time/watermark-log';

type FilterConfig = FilterNode['config'];

/** Facts about filtered rows that one chunk reports; the counter has all of them. */
const FACTS_PER_CHUNK_MAX = 100;

/** Keeps the rows for which the predicate is true. */
export const filter: OperatorSpec<FilterConfig> = {
  op: 'filter',
  doc: 'Keeps the rows for which the predicate is true. Null counts as not true.',
  fields: [{ name: 'predicate', type: 'expression of type bool', doc: 'Which rows stay, e.g. r => r.score > 0.8.' }],
  drops: 'Rows for which the predicate is false or null, counted as filtered.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'filter', path);
    const { type } = prepareExpression(config.predicate, input.schema, `${path}.predicate`);
    if (type !== 'bool') {
      throw new PlanError('EXPRESSION_TYPE', `filter at ${path}: the predicate is ${typeName(type)}, expected bool. Compare the value, e.g. r.x > 0.`, { details: { path } });
    }
    return input;
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'filter', node);
    return new FilterOperator(prepareExpression(config.predicate, input.schema, node), node);
  }
};

class FilterOperator implements Operator {
  readonly counters = newCounters();
  private readonly log = new WatermarkLog();
  private kept = new Int32Array(64);

  constructor(
    private readonly predicate: PreparedExpression,
    private readonly node: string
  ) {}

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    const count = batch.rowCount === 0 ? 0 : this.select(chunk, output);
    this.log.follow(progress);
    this.counters.rowsIn += batch.rowCount;
    this.counters.filtered += batch.rowCount - count;
    this.counters.rowsReleased += count;
    this.counters.rowsOut += count;
    if (count === batch.rowCount) output.emit(chunk);
    else if (count > 0 || !saysNothing(progress)) output.emit({ batch: gatherBatch(batch, this.kept, count), progress });
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
  }

  private select({ batch, progress }: Chunk, output: Output): number {
    const truth = this.predicate.evaluate(batch);
    assert(truth.kind === 'bool', 'a predicate is bool');
    const { values, validity } = truth;
    if (this.kept.length < batch.rowCount) this.kept = new Int32Array(batch.rowCount * 2);
    let count = 0;
    let facts = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      if (values[row] === 1 && (validity === null || validity[row] === 1)) this.kept[count++] = row;
      else if (facts++ < FACTS_PER_CHUNK_MAX) {
        const at = batch.at[row]!;
        output.dropped({ at, node: this.node, reason: 'filtered', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.log.watermarkAt(progress, at), windowEndMs: null });
      }
    }
    return count;
  }
}
