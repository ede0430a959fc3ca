import { NumberBuilder } from '../../codec/column-builder';
import type { CusumNode } from '../../plan/nodes/stateful';
import type { Field } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import type { CusumSums } from '../../signal/cusum';
import { cusumStep } from '../../signal/cusum';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { ArrivalOperator } from './arrival-operator';
import { columnIndexOf, numberField, unitOf, withFields } from './input-column';
import { keysMemory, STATEFUL_LIMITS } from './limits';
import { NumberColumnsLogic } from './number-columns-logic';

type CusumConfig = CusumNode['config'];

/** Finds small lasting shifts of a mean. */
export const cusum: OperatorSpec<CusumConfig> = {
  op: 'cusum',
  doc: 'Adds the cumulative sums of the deviations from a target over the rows of the key, by arrival: High = max(0, x - (target + slack) + High), Low = max(0, (target - slack) - x + Low), and Alarm, true while one of them is above the threshold (tabular CUSUM, Page 1954). Where the value is null or NaN the three are null and the sums stay.',
  fields: [
    { name: 'column', type: 'column name', doc: 'A column of numbers.' },
    { name: 'as', type: 'column name', doc: "Beginning of the new columns' names: drift gives driftHigh, driftLow and driftAlarm." },
    { name: 'target', type: 'number', doc: 'The value that the column should have, in its unit.' },
    { name: 'slack', type: 'number', doc: 'Deviations up to it do not add up; usually half the shift that is to be found.' },
    { name: 'threshold', type: 'number', doc: 'An alarm is a sum above it; usually 4 or 5 standard deviations.' },
    { name: 'reset', type: 'boolean', default: false, doc: 'Whether both sums begin again at 0 after an alarm.' }
  ],
  drops: 'Nothing. Rows of keys beyond the limit: dead letters KEY_LIMIT.',
  memory: keysMemory('2 numbers for each key'),
  resolve(config, inputs, path) {
    return summedType(config, onlyInput(inputs, 'cusum', path), path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'cusum', node);
    const logic = new CusumLogic(columnIndexOf(input, config.column), config);
    return new ArrivalOperator({ node, input, schema: summedType(config, input, node).schema, keysMax: STATEFUL_LIMITS.keysMax, logic });
  }
};

function summedType(config: CusumConfig, input: StreamType, path: string): StreamType {
  const field = numberField(input, config.column, 'cusum', path);
  const tags = derivedTags([field]);
  const added: readonly Field[] = [
    { name: `${config.as}High`, type: 'float64', nullable: true, ...unitOf(field), ...tags },
    { name: `${config.as}Low`, type: 'float64', nullable: true, ...unitOf(field), ...tags },
    { name: `${config.as}Alarm`, type: 'bool', nullable: true, ...tags }
  ];
  return { schema: withFields(input.schema, added, 'cusum', path), keys: input.keys };
}

class CusumLogic extends NumberColumnsLogic {
  private readonly sums: CusumSums = { high: 0, low: 0 };

  constructor(
    columnIndex: number,
    private readonly config: CusumConfig,
    private readonly high = new NumberBuilder('float64'),
    private readonly low = new NumberBuilder('float64'),
    private readonly alarm = new NumberBuilder('bool')
  ) {
    super(columnIndex, [0, 0], [high, low, alarm]);
  }

  protected step(from: number, value: number): void {
    if (Number.isNaN(value)) {
      this.skip();
      return;
    }
    const { values } = this.state;
    this.sums.high = values[from]!;
    this.sums.low = values[from + 1]!;
    const alarm = cusumStep(this.sums, value, this.config) !== null;
    this.high.append(this.sums.high);
    this.low.append(this.sums.low);
    this.alarm.append(alarm ? 1 : 0);
    const begins = alarm && this.config.reset;
    values[from] = begins ? 0 : this.sums.high;
    values[from + 1] = begins ? 0 : this.sums.low;
  }

  protected skip(): void {
    for (const builder of [this.high, this.low, this.alarm]) builder.appendNull();
  }
}
