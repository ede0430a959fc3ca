import { assert } from '../../engine/error';
import { decodeBatch } from './batch-codec';
import type { FeatureStore } from './feature-store';
import { SerialSink, type DrainOptions } from './serial-sink';

/** Puts rows into the feature store; a row that is put again after a kill changes nothing. */
export function featureSink(options: DrainOptions, view: string, open: () => Promise<FeatureStore>): SerialSink {
  const { schema, keys } = options.binding;
  assert(keys !== undefined, 'rows of a feature store have a key');
  return new SerialSink(options, async (row, settle) => {
    (await open()).put(view, keys, decodeBatch(row.body, schema));
    await settle(() => undefined);
  });
}
