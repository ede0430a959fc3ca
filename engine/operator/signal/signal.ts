import type { UsedAggregate } from '../../aggregate/aggregate-inputs';
import { aggregateInputs } from '../../aggregate/aggregate-inputs';
import { emptyBatch } from '../../batch/empty';
import { gatherBatch } from '../../batch/gather';
import { PlanError } from '../../error';
import type { SignalFeaturesNode } from '../../plan/nodes/signal';
import type { Field, Schema } from '../../schema/schema';
import { isList, typeName } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import { saysNothing } from '../../time/progress-search';
import { newCounters } from '../counters';
import { onlyInput } from '../only-input';
import type { Chunk, Operator, OperatorSpec, Output, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import { withFields } from '../stateful/input-column';
import { RowFeatures } from './row-features';

type SignalConfig = SignalFeaturesNode['config'];

/** Features of the signal in each row. */
export const signal: OperatorSpec<SignalConfig> = {
  op: 'signal',
  doc: 'Adds what is computed from the signal in each row: every aggregate of one column, over the elements of its list, and functions that give a new signal (detrend, medfilt, butterworth, envelope, psd …). Each row stands for itself; null lists and empty ones give null.',
  fields: [{ name: 'features', type: '{ name: aggregate }', doc: "New columns by name, e.g. { rms: rms('x'), peakHz: welchPeak('x', { sampleHz: 1_000 }), flat: detrend('x') }." }],
  drops: 'Rows for which a feature has no result go to the dead letters: a signal that is too short for a filter (SIGNAL_TOO_SHORT) or too long (SAMPLE_LIMIT, VALUE_LIMIT), and the codes of the aggregates.',
  memory: 'One row.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'signal', path);
    return { schema: featureSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'signal', node);
    return new SignalOperator(featureSchema(config, input, node), usesOf(config, input, node), node);
  }
};

function usesOf(config: SignalConfig, input: StreamType, path: string): readonly UsedAggregate[] {
  return aggregateInputs(config.features, input.schema, path);
}

function featureSchema(config: SignalConfig, input: StreamType, path: string): Schema {
  const fields = usesOf(config, input, path).map(({ spec, input: use }): Field => {
    const { field } = use;
    if (field === null || !isList(field.type)) {
      const seen = field === null ? `${spec.fn}() has no column` : `column "${field.name}" is ${typeName(field.type)}`;
      throw new PlanError('COLUMN_TYPE', `signal at ${use.path}: ${seen}, expected a column of lists. Over single values use a window, or collect them into a list first: .window(…).aggregate({ x: collect('x') }).`, { details: { path: use.path } });
    }
    const unit = spec.resultUnit === undefined ? field.unit : (spec.resultUnit ?? undefined);
    return { name: use.name, ...spec.resolve(use), ...(unit === undefined ? {} : { unit }), ...derivedTags([field]) };
  });
  return withFields(input.schema, fields, 'signal', path);
}

class SignalOperator implements Operator {
  readonly counters = newCounters();
  private readonly features: RowFeatures;
  private kept = new Int32Array(64);

  constructor(
    private readonly schema: Schema,
    uses: readonly UsedAggregate[],
    private readonly node: string
  ) {
    this.features = new RowFeatures(uses);
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    if (this.kept.length < batch.rowCount) this.kept = new Int32Array(batch.rowCount * 2);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const refusal = this.features.append(batch, row);
      if (refusal === null) this.kept[count++] = row;
      else output.deadLetter(rowLetter(this.node, batch, row, refusal));
    }
    this.counters.rowsIn += batch.rowCount;
    this.counters.deadLetters += batch.rowCount - count;
    this.counters.rowsReleased += count;
    this.counters.rowsOut += count;
    const rows = count === batch.rowCount ? batch : gatherBatch(batch, this.kept, count);
    if (count > 0) output.emit({ batch: { ...rows, schema: this.schema, columns: [...rows.columns, ...this.features.build()] }, progress });
    else if (!saysNothing(progress)) output.emit({ batch: emptyBatch(this.schema), progress });
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}
