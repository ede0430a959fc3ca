import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError, type Call, type Verb } from './verb';

const KEYS_MAX = 16;

/** `littoral features`: reads the feature store of an agent. */
export const features: Verb = {
  name: 'features',
  operands: 'get <view> [column=value …] --data DIR',
  operandCount: { min: 2, max: 2 + KEYS_MAX },
  summary: 'read the last row of each key from the feature store of an agent',
  details: `Prints the rows of a view as JSON lines, of all keys or of those with the given values, also while the agent runs. The same
over HTTP: GET /features/<view>?column=value at the agent's address. The answer is no when there is no such row.`,
  options: [{ name: 'data', value: 'DIR', required: true, doc: 'data folder of the agent; the store is features.db in it' }],
  example: 'littoral features get pumps device=b1 --data .littoral/agent',
  async run(call) {
    if (call.operand(0) !== 'get') throw new UsageError(`littoral features: "${call.operand(0)}" is not known; expected littoral features ${features.operands}`);
    const { readFeatures } = await import('../sink/read-features');
    const path = join(call.required('data'), 'features.db');
    await stat(path);
    const rows = await readFeatures(path, call.operand(1), keyOf(call));
    return { ok: rows.length > 0, document: { ok: rows.length > 0, rows }, words: rows.length === 0 ? ['There is no such row.'] : rows.map(({ row }) => JSON.stringify(row)) };
  }
};

function keyOf(call: Call): Readonly<Record<string, string>> {
  return Object.fromEntries(
    call.operands.slice(2).map(text => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new UsageError(`littoral features: "${text}" is not column=value, such as device=b1`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    })
  );
}
