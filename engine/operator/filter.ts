import { gatherBatch } from '../batch/gather';
import type { PreparedCondition } from '../expression/condition';
import { prepareCondition } from '../expression/condition';
import type { FilterNode } from '../plan/plan';
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
    prepareCondition(config.predicate, input.schema, `${path}.predicate`);
    return input;
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'filter', node);
    return new FilterOperator(prepareCondition(config.predicate, input.schema, node), node);
  }
};

class FilterOperator implements Operator {
  readonly counters = newCounters();
  private readonly log = new WatermarkLog();
  private kept = new Int32Array(64);

  constructor(
    private readonly predicate: PreparedCondition,
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
    if (this.kept.length < batch.rowCount) this.kept = new Int32Array(batch.rowCount * 2);
    const count = this.predicate.trueRows(batch, this.kept);
    const facts = Math.min(FACTS_PER_CHUNK_MAX, batch.rowCount - count);
    for (let row = 0, told = 0; told < facts; row++) {
      if (this.kept[row - told] === row && row - told < count) continue;
      const at = batch.at[row]!;
      output.dropped({ at, node: this.node, reason: 'filtered', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.log.watermarkAt(progress, at), windowEndMs: null });
      told += 1;
    }
    return count;
  }
}
