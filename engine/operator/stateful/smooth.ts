import { NumberBuilder } from '../../codec/column-builder';
import type { SmoothNode } from '../../plan/nodes/stateful';
import type { Field } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import type { Decay, ExponentialOptions, ExponentialState } from '../../signal/exponential';
import { alphaOf, exponentialStep, exponentialVarianceOf, newExponentialState } from '../../signal/exponential';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { ArrivalOperator } from './arrival-operator';
import { columnIndexOf, numberField, unitOf, withFields } from './input-column';
import { keysMemory, STATEFUL_LIMITS } from './limits';
import { appendOrNull, NumberColumnsLogic } from './number-columns-logic';

type SmoothConfig = SmoothNode['config'];

/** Exponential smoothing. */
export const smooth: OperatorSpec<SmoothConfig> = {
  op: 'smooth',
  doc: 'Adds the exponentially weighted mean of a column over the rows of the key, by arrival, and if wanted the variance. As pandas Series.ewm (relative tolerance 1e-9). Null and NaN are missing values, which leave the mean as it is.',
  fields: [
    { name: 'column', type: 'column name', doc: 'A column of numbers.' },
    { name: 'as', type: 'column name', doc: 'Name of the new column with the mean.' },
    { name: 'decay', type: '{ alpha } | { span } | { halfLifeRows }', doc: 'Weight of the newest row: alpha (0 to 1), 2 / (span + 1), or such that a row counts half after halfLifeRows further ones.' },
    { name: 'adjust', type: 'boolean', default: true, doc: 'True: the mean of all rows so far by their weights. False: mean = (1 - alpha) · mean + alpha · value, beginning with the first value.' },
    { name: 'ignoreNull', type: 'boolean', default: false, doc: 'Whether missing values are as if their rows were not there. False: weights decay over them, too.' },
    { name: 'varianceAs', type: 'column name | null', default: null, doc: 'Name of a further column with the exponentially weighted variance; null: none.' },
    { name: 'bias', type: 'boolean', default: false, doc: 'Whether the variance is that of the rows alone; false: corrected as that of a sample.' }
  ],
  drops: 'Nothing. Rows of keys beyond the limit: dead letters KEY_LIMIT.',
  memory: keysMemory('6 numbers for each key'),
  resolve(config, inputs, path) {
    return smoothedType(config, onlyInput(inputs, 'smooth', path), path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'smooth', node);
    const logic = new SmoothLogic(columnIndexOf(input, config.column), config);
    return new ArrivalOperator({ node, input, schema: smoothedType(config, input, node).schema, keysMax: STATEFUL_LIMITS.keysMax, logic });
  }
};

function smoothedType(config: SmoothConfig, input: StreamType, path: string): StreamType {
  const field = numberField(input, config.column, 'smooth', path);
  const mean: Field = { name: config.as, type: 'float64', nullable: true, ...unitOf(field), ...derivedTags([field]) };
  const variance: readonly Field[] = config.varianceAs === null ? [] : [{ name: config.varianceAs, type: 'float64', nullable: true, ...derivedTags([field]) }];
  return { schema: withFields(input.schema, [mean, ...variance], 'smooth', path), keys: input.keys };
}

function decayOf({ decay }: SmoothConfig): Decay {
  return 'halfLifeRows' in decay ? { halfLife: decay.halfLifeRows } : decay;
}

class SmoothLogic extends NumberColumnsLogic {
  private readonly options: ExponentialOptions;
  private readonly current: ExponentialState = newExponentialState();
  private readonly variances: NumberBuilder | null;

  constructor(
    columnIndex: number,
    private readonly config: SmoothConfig,
    private readonly means = new NumberBuilder('float64')
  ) {
    const { mean, variance, weight, sum, squares, count } = newExponentialState();
    const variances = config.varianceAs === null ? null : new NumberBuilder('float64');
    super(columnIndex, [mean, variance, weight, sum, squares, count], variances === null ? [means] : [means, variances]);
    this.variances = variances;
    this.options = { alpha: alphaOf(decayOf(config)), adjust: config.adjust, ignoreNull: config.ignoreNull };
  }

  protected step(from: number, value: number): void {
    this.take(from, Number.isNaN(value) ? null : value);
  }

  protected skip(from: number): void {
    this.take(from, null);
  }

  private take(from: number, value: number | null): void {
    const { values } = this.state;
    const { current } = this;
    current.mean = values[from]!;
    current.variance = values[from + 1]!;
    current.weight = values[from + 2]!;
    current.sum = values[from + 3]!;
    current.squares = values[from + 4]!;
    current.count = values[from + 5]!;
    exponentialStep(current, value, this.options);
    values[from] = current.mean;
    values[from + 1] = current.variance;
    values[from + 2] = current.weight;
    values[from + 3] = current.sum;
    values[from + 4] = current.squares;
    values[from + 5] = current.count;
    appendOrNull(this.means, current.count === 0 ? NaN : current.mean);
    if (this.variances !== null) appendOrNull(this.variances, exponentialVarianceOf(current, this.config.bias) ?? NaN);
  }
}
