import { describe, expect, test } from 'vitest';
import { LittoralError } from '../../../engine/error';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import { Random } from '../../oracle/random';
import { AggregateRun, batchOf, columnOf } from './run-aggregate';

const seed = Math.floor(Math.random() * 2 ** 31);
const CHANGES = 300;

function filled(fn: string, options: Readonly<Record<string, number>>): AggregateRun {
  const run = new AggregateRun({ fn, options, types: ['int64'] });
  run.add(batchOf([columnOf('int64', Array.from({ length: 9000 }, (_, row) => (row * 7919) % 5000))], 9000), 0, 9000, 1);
  return run;
}

describe('a damaged snapshot', () => {
  test.each([
    ['max', {}],
    ['first', {}],
    ['median', { exactValuesMax: 4096 }],
    ['mode', {}],
    ['countDistinct', { exactValuesMax: 100 }],
    ['countDistinct', {}],
    ['collect', { limit: 10_000 }]
  ] as const)(`of %s with %j is refused with a typed error or gives a value (seed ${seed})`, (fn, options) => {
    const random = new Random(seed);
    const run = filled(fn, options);
    for (let change = 0; change < CHANGES; change++) {
      for (const store of run.states.stores) {
        const writer = new SnapshotBytesWriter();
        store.save(Int32Array.of(1), 1, writer);
        const bytes = writer.finish();
        const damaged = random.chance(0.5) ? bytes.slice(0, random.int(0, bytes.length)) : bytes.map((byte, index) => (index < 64 && random.chance(0.1) ? random.int(0, 255) : byte));
        const other = new AggregateRun({ fn, options, types: ['int64'] });
        const target = other.states.stores[run.states.stores.indexOf(store)]!;
        try {
          target.load(Int32Array.of(2), 1, new SnapshotBytesReader(damaged));
          target.clear(2);
        } catch (error) {
          expect(error).toBeInstanceOf(LittoralError);
        }
      }
    }
  });
});
