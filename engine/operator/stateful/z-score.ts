import { NumberBuilder } from '../../codec/column-builder';
import type { ZScoreNode } from '../../plan/nodes/stateful';
import { derivedTags } from '../../schema/tags';
import { meanOf } from '../../signal/mean';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { ArrivalOperator } from './arrival-operator';
import { columnIndexOf, numberField, withFields } from './input-column';
import { keysMaxFor, keysMemory, STATEFUL_LIMITS } from './limits';
import { NumberColumnsLogic } from './number-columns-logic';

type ZScoreConfig = ZScoreNode['config'];

/** How unusual a value is. */
export const zScore: OperatorSpec<ZScoreConfig> = {
  op: 'zScore',
  doc: 'Adds the distance of a value from the mean, in standard deviations, over the last `rows` values of the key or all so far, by arrival. As scipy.stats.zscore of those values (relative tolerance 1e-9). NaN where all values are equal; null where the value is null or there are not more than ddof values. Nulls are skipped; a NaN makes every score NaN that counts it in.',
  fields: [
    { name: 'column', type: 'column name', doc: 'A column of numbers.' },
    { name: 'as', type: 'column name', doc: 'Name of the new column.' },
    { name: 'rows', type: 'number | null', unit: 'rows', default: null, doc: `Over how many values that are not null, 2 to ${STATEFUL_LIMITS.rowsMax}; null: all so far.` },
    { name: 'against', type: "'all' | 'before'", default: 'all', doc: "'all': the value itself is one of them. 'before': it is compared with the `rows` values before it, so that an outlier does not widen its own measure." },
    { name: 'ddof', type: 'number', default: 0, doc: 'The variance divides by n - ddof: 0 as scipy.stats.zscore, 1 for a sample.' }
  ],
  drops: 'Nothing. Rows of keys beyond the limit: dead letters KEY_LIMIT.',
  memory: keysMemory('4 numbers for each key, with `rows` also its last values', 'rows'),
  resolve(config, inputs, path) {
    return scoredType(config, onlyInput(inputs, 'zScore', path), path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'zScore', node);
    const columnIndex = columnIndexOf(input, config.column);
    const logic = config.rows === null ? new RunningScore(columnIndex, config) : new RollingScore(columnIndex, config, config.rows);
    return new ArrivalOperator({ node, input, schema: scoredType(config, input, node).schema, keysMax: keysMaxFor((config.rows ?? 0) + 4), logic });
  }
};

function scoredType(config: ZScoreConfig, input: StreamType, path: string): StreamType {
  const field = numberField(input, config.column, 'zScore', path);
  return { schema: withFields(input.schema, [{ name: config.as, type: 'float64', nullable: true, ...derivedTags([field]) }], 'zScore', path), keys: input.keys };
}

/** Over all values so far, by Welford with a compensated mean. State: count, mean, its rest, sum of squared deviations. */
class RunningScore extends NumberColumnsLogic {
  constructor(
    columnIndex: number,
    private readonly config: ZScoreConfig,
    private readonly scores = new NumberBuilder('float64')
  ) {
    super(columnIndex, [0, 0, 0, 0], [scores]);
  }

  protected step(from: number, value: number): void {
    if (this.config.against === 'before') this.append(from, value);
    this.take(from, value);
    if (this.config.against === 'all') this.append(from, value);
  }

  protected skip(): void {
    this.scores.appendNull();
  }

  private append(from: number, value: number): void {
    const { values } = this.state;
    const divisor = values[from]! - this.config.ddof;
    if (divisor > 0) this.scores.append((value - values[from + 1]! - values[from + 2]!) / Math.sqrt(values[from + 3]! / divisor));
    else this.scores.appendNull();
  }

  private take(from: number, value: number): void {
    const { values } = this.state;
    const count = values[from]! + 1;
    const mean = values[from + 1]!;
    const distance = value - mean - values[from + 2]!;
    const moved = distance / count + values[from + 2]!;
    const next = mean + moved;
    values[from] = count;
    values[from + 1] = next;
    values[from + 2] = moved - (next - mean);
    values[from + 3]! += distance * (value - next - values[from + 2]!);
  }
}

/** Over the last values. State: how many values there were, and a ring of the last of them. */
class RollingScore extends NumberColumnsLogic {
  constructor(
    columnIndex: number,
    private readonly config: ZScoreConfig,
    private readonly rows: number,
    private readonly scores = new NumberBuilder('float64')
  ) {
    super(columnIndex, new Array<number>(rows + 1).fill(0), [scores]);
  }

  protected step(from: number, value: number): void {
    if (this.config.against === 'before') this.append(from, value);
    const { values } = this.state;
    values[from + 1 + (values[from]! % this.rows)] = value;
    values[from]! += 1;
    if (this.config.against === 'all') this.append(from, value);
  }

  protected skip(): void {
    this.scores.appendNull();
  }

  private append(from: number, value: number): void {
    const { values } = this.state;
    const count = Math.min(values[from]!, this.rows);
    if (count > this.config.ddof) this.scores.append(scoreAmong(values.subarray(from + 1, from + 1 + count), value, this.config.ddof));
    else this.scores.appendNull();
  }
}

/** Distance of `value` from the mean of `window` in standard deviations, the mean taken to twice the precision; NaN when all are equal. */
function scoreAmong(window: Float64Array, value: number, ddof: number): number {
  const { length } = window;
  const mean = meanOf(window);
  let rest = 0;
  let isConstant = true;
  for (let i = 0; i < length; i++) {
    rest += window[i]! - mean;
    if (window[i] !== window[0]) isConstant = false;
  }
  rest /= length;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const deviation = window[i]! - mean - rest;
    squares += deviation * deviation;
  }
  const distance = isConstant ? value - window[0]! : value - mean - rest;
  return distance / Math.sqrt(isConstant ? 0 : squares / (length - ddof));
}
