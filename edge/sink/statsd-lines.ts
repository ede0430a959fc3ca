import type { Batch } from '../../engine/batch/batch';
import { valueAt } from '../../engine/batch/value';
import type { StatsdSinkConfig } from '../../engine/plan/nodes/sink';
import { fieldIndex, type Schema } from '../../engine/schema/schema';

/**
 * The lines of one row in the StatsD protocol with DogStatsD tags: `pump.rms:1.5|g|#device:b1`. Null, NaN and infinite numbers
 * give no line. A gauge below 0 is preceded by a 0, because a sign alone would be a change.
 */
export function statsdLines(config: StatsdSinkConfig, schema: Schema): (batch: Batch, row: number) => string {
  const numbers = [...config.gauges.map(name => ({ name, kind: 'g' })), ...config.counters.map(name => ({ name, kind: 'c' })), ...config.timings.map(name => ({ name, kind: 'ms' }))].map(({ name, kind }) => ({ name: `${config.prefix}.${name.replace(UNSAFE_NAME, '_')}`, kind, column: fieldIndex(schema, name) }));
  const tags = config.tags.map(name => ({ name: name.replace(UNSAFE_NAME, '_'), column: fieldIndex(schema, name) }));
  return (batch, row) => {
    const tagged = tags.map(({ name, column }) => `${name}:${String(valueAt(batch.columns[column]!, row)).replace(UNSAFE_TAG, '_')}`);
    const suffix = tagged.length === 0 ? '' : `|#${tagged.join(',')}`;
    return numbers
      .flatMap(({ name, kind, column }) => {
        const value = valueAt(batch.columns[column]!, row);
        if ((typeof value !== 'number' && typeof value !== 'bigint') || !Number.isFinite(Number(value))) return [];
        const line = `${name}:${value}|${kind}${suffix}`;
        return kind === 'g' && value < 0 ? [`${name}:0|g${suffix}`, line] : [line];
      })
      .join('\n');
  };
}

const UNSAFE_NAME = /[^A-Za-z0-9_.-]/g;
const UNSAFE_TAG = /[^A-Za-z0-9_./-]/g;
