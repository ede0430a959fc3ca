import type { Batch } from '../../batch/batch';
import type { ThrottleNode } from '../../plan/nodes/stateful';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter } from '../operator';
import type { ArrivalLogic } from './arrival-operator';
import { ArrivalOperator } from './arrival-operator';
import { keysMemory, STATEFUL_LIMITS } from './limits';
import { NumberState } from './number-state';

type ThrottleConfig = ThrottleNode['config'];

/** At most one row per span of time. */
export const throttle: OperatorSpec<ThrottleConfig> = {
  op: 'throttle',
  doc: 'Keeps the first row of each key, and then each time the first to come whose event time is at least everyMs after that of the last kept one.',
  fields: [{ name: 'everyMs', type: 'number', unit: 'ms', doc: 'Least event time between two kept rows of a key.' }],
  drops: 'The rows in between, and those earlier in event time than the last kept one, counted as dropped. Rows of keys beyond the limit: dead letters KEY_LIMIT.',
  memory: keysMemory('1 number for each key'),
  resolve(_config, inputs, path) {
    return onlyInput(inputs, 'throttle', path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'throttle', node);
    return new ArrivalOperator({ node, input, schema: input.schema, keysMax: STATEFUL_LIMITS.keysMax, logic: new ThrottleLogic(config.everyMs) });
  }
};

class ThrottleLogic implements ArrivalLogic {
  /** Event time from which on the next row of each key is kept. */
  private readonly nextMs = new NumberState([-Infinity]);

  constructor(private readonly everyMs: number) {}

  resize(keyCount: number): void {
    this.nextMs.resize(keyCount);
  }

  select({ eventTimeMs, rowCount }: Batch, keys: Int32Array, kept: Int32Array): number {
    const { values } = this.nextMs;
    let count = 0;
    for (let row = 0; row < rowCount; row++) {
      const timeMs = eventTimeMs[row]!;
      if (timeMs < values[keys[row]!]!) continue;
      values[keys[row]!] = timeMs + this.everyMs;
      kept[count++] = row;
    }
    return count;
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.nextMs.save(keyCount, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.nextMs.load(keyCount, reader);
  }
}
