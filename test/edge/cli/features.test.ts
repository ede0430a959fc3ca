import { expect, test } from 'vitest';
import { Dictionary, type Batch } from '../../../engine/batch/batch';
import { FeatureStore } from '../../../edge/sink/feature-store';
import { littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();

/** Rows of `device`, `value` at these times. */
function batchOf(rows: readonly (readonly [device: string, value: number, eventTimeMs: number])[]): Batch {
  const dictionary = new Dictionary();
  return {
    schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'value', type: 'float64', nullable: false }] },
    rowCount: rows.length,
    columns: [
      { kind: 'utf8', codes: Int32Array.from(rows, ([device]) => dictionary.encode(device)), dictionary, validity: null },
      { kind: 'float64', values: Float64Array.from(rows, ([, value]) => value), validity: null }
    ],
    eventTimeMs: Float64Array.from(rows, ([, , eventTimeMs]) => eventTimeMs),
    at: new Float64Array(rows.length)
  };
}

test('`features get` prints the last rows while the store is open, and says no when there is none', async () => {
  const store = await FeatureStore.open(littoral.path('features.db'));
  try {
    store.put('pumps', ['device'], batchOf([['a', 1, 10], ['b', 2, 10], ['a', 3, 30], ['a', 4, 20]]));
    const get = (...args: string[]): ReturnType<typeof littoral.run> => littoral.run(['features', 'get', ...args, '--data', littoral.path(''), '--json']);
    const all = await get('pumps');
    expect({ code: all.code, document: JSON.parse(all.stdout) as unknown }).toEqual({
      code: 0,
      document: { ok: true, rows: [{ view: 'pumps', key: { device: 'a' }, eventTimeMs: 30, row: { device: 'a', value: 3 } }, { view: 'pumps', key: { device: 'b' }, eventTimeMs: 10, row: { device: 'b', value: 2 } }] }
    });
    expect(JSON.parse((await get('pumps', 'device=b')).stdout)).toMatchObject({ rows: [{ row: { value: 2 } }] });
    expect(await get('pumps', 'device=c')).toMatchObject({ code: 1 });
    expect(await get('pumps', 'value=2')).toMatchObject({ code: 1, stdout: expect.stringContaining('FEATURE_KEY') as unknown });
    expect(await get('pumps', 'nothing')).toMatchObject({ code: 2 });
  } finally {
    store.close();
  }
});
