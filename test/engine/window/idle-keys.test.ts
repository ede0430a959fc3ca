import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StateSet } from '../../../engine/aggregate/aggregate';
import { valueAt } from '../../../engine/batch/value';
import { NumberBuilder, Utf8Builder } from '../../../engine/codec/column-builder';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import { imbalance } from '../../../engine/operator/counters';
import type { Chunk, Output } from '../../../engine/operator/operator';
import type { AlignedWindowSpec } from '../../../engine/plan/nodes/window';
import type { Schema } from '../../../engine/schema/schema';
import { AlignedWindowOperator } from '../../../engine/window/aligned-window-operator';
import { assignerOf } from '../../../engine/window/assigner';
import { CellPool } from '../../../engine/window/cell-pool';
import type { WindowLimits } from '../../../engine/window/limits';
import { OpenWindows } from '../../../engine/window/open-windows';

const schema: Schema = { fields: [{ name: 'k', type: 'utf8', nullable: false }, { name: 'site', type: 'float64', nullable: false }] };
const bounds = ['windowStartMs', 'windowEndMs'].map(name => ({ name, type: 'timestampMs', nullable: false }) as const);

interface Row {
  readonly t: number;
  readonly k: number;
}
interface Seen {
  readonly results: string[];
  readonly letters: string[];
}

/** Runs rows, each with a watermark of `t - lagMs` behind it, in chunks of `chunkRows`; after the first the operator is made anew from its snapshot. */
class Run {
  readonly seen: Seen = { results: [], letters: [] };
  private operator: AlignedWindowOperator;
  private maxMs = -Infinity;

  constructor(
    private readonly spec: AlignedWindowSpec,
    private readonly limits: WindowLimits,
    private readonly lagMs: number
  ) {
    this.operator = this.make();
  }

  feed(rows: readonly Row[], chunkRows: number): Seen {
    for (let from = 0; from < rows.length; from += chunkRows) {
      this.operator.process(this.chunkOf(rows.slice(from, from + chunkRows), from), 0, this.output);
      if (from === 0) this.restore();
    }
    this.operator.process({ batch: this.chunkOf([], 0).batch, progress: { count: 1, at: Float64Array.of(rows.length), watermarkMs: Float64Array.of(Infinity) } }, 0, this.output);
    return this.seen;
  }

  private restore(): void {
    const writer = new SnapshotBytesWriter();
    this.operator.snapshot(writer);
    const { counters } = this.operator;
    this.operator = this.make();
    this.operator.restore(new SnapshotBytesReader(writer.finish()));
    Object.assign(this.operator.counters, counters);
  }

  private make(): AlignedWindowOperator {
    return new AlignedWindowOperator({
      node: 'w',
      input: { schema, keys: ['k', 'site'] },
      schema: { fields: [...schema.fields, ...bounds] },
      assigner: assignerOf(this.spec), aggregated: [],
      allowedLatenessMs: 0,
      latePolicy: 'drop',
      emit: 'onClose',
      states: new StateSet(),
      aggregates: [],
      limits: this.limits
    });
  }

  private chunkOf(rows: readonly Row[], firstAt: number): Chunk {
    const builder = new RowBuilder(schema);
    const [key, site] = builder.columns;
    if (!(key instanceof Utf8Builder && site instanceof NumberBuilder)) throw new Error('columns of the schema');
    for (const { k } of rows) {
      key.append(`key ${k % 7}`);
      site.append(k);
    }
    const steps: (readonly [at: number, watermarkMs: number])[] = [];
    rows.forEach(({ t }, index) => {
      if (t <= this.maxMs) return;
      this.maxMs = t;
      steps.push([firstAt + index, t - this.lagMs]);
    });
    return {
      batch: builder.build(Float64Array.from(rows, ({ t }) => t), Float64Array.from(rows, (_, index) => firstAt + index)),
      progress: { count: steps.length, at: Float64Array.from(steps, ([at]) => at), watermarkMs: Float64Array.from(steps, ([, watermarkMs]) => watermarkMs) }
    };
  }

  private readonly output: Output = {
    emit: ({ batch }) => {
      for (let row = 0; row < batch.rowCount; row++) this.seen.results.push(`${batch.at[row]!}: ${batch.columns.map(column => String(valueAt(column, row))).join(' ')}`);
      expect(imbalance(this.operator.counters)).toBe(0);
    },
    emitSide: () => undefined,
    deadLetter: ({ at, code }) => this.seen.letters.push(`${code} ${at}`),
    dropped: () => undefined,
    requestInference: () => undefined
  };
}

describe('keys of windows', () => {
  test('that have no open window make room for new ones', () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({ t: index, k: index }));
    const { results, letters } = new Run({ kind: 'tumbling', sizeMs: 2, offsetMs: 0 }, { keysMax: 8, cellsMax: 8 }, 3).feed(rows, 100);
    expect(letters).toEqual([]);
    expect(results).toHaveLength(500);
    expect(results[0]).toBe('4: key 0 0 0 2');
  });

  test('give the same results and dead letters for any cut, at their limits too', () => {
    const specs = fc.constantFrom<AlignedWindowSpec>({ kind: 'tumbling', sizeMs: 5, offsetMs: 0 }, { kind: 'hopping', sizeMs: 7, hopMs: 3, offsetMs: 0 }, { kind: 'cumulating', maxSizeMs: 9, stepMs: 3, offsetMs: 0 });
    const rows = fc.array(fc.tuple(fc.integer({ min: -4, max: 6 }), fc.nat(40)), { minLength: 1, maxLength: 80 }).map(steps => {
      let time = 0;
      return steps.map(([step, k]) => ({ t: (time += step), k }));
    });
    fc.assert(
      fc.property(specs, rows, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }), (spec, input, keysMax, cellsMax) => {
        const limits = { keysMax, cellsMax };
        const whole = new Run(spec, limits, 4).feed(input, input.length);
        for (const chunkRows of [1, 3, 16]) expect(new Run(spec, limits, 4).feed(input, chunkRows)).toEqual(whole);
      }),
      { numRuns: 200 }
    );
  });
});

describe('the index of open windows', () => {
  const KEYS = 20_000;
  const WINDOWS = 64;

  function filled(): { open: OpenWindows; pool: CellPool } {
    const pool = new CellPool([], 1_000_000);
    const open = new OpenWindows(pool);
    for (let window = 0; window < WINDOWS; window++) open.open(window, window + 1);
    for (let key = 0; key < KEYS; key++) {
      open.reserveKeys(key + 1);
      open.cell(open.find((key % WINDOWS) + 1)!, key);
    }
    return { open, pool };
  }

  function close(open: OpenWindows, endMs: number): void {
    const window = open.find(endMs)!;
    open.close(window, open.cellsOf(window));
  }

  test('follows the number of cells, not that of windows times keys', () => {
    const { open, pool } = filled();
    expect(pool.size).toBe(KEYS);
    expect(open.byteSize / KEYS).toBeLessThan(40);
    const keys = Array.from({ length: KEYS }, (_, key) => key);
    expect(keys.filter(key => pool.keyOf[open.known(open.find((key % WINDOWS) + 1)!, key)] !== key)).toEqual([]);
    expect(keys.filter(key => open.known(open.find(((key + 1) % WINDOWS) + 1)!, key) !== 0)).toEqual([]);
    expect(Array.from(open.cellsInKeyOrder(open.find(1)!, KEYS), cell => pool.keyOf[cell])).toEqual(Array.from({ length: Math.ceil(KEYS / WINDOWS) }, (_, index) => index * WINDOWS));
  });

  test('takes the cells along when keys get new numbers', () => {
    const { open, pool } = filled();
    for (let window = 1; window < WINDOWS; window++) close(open, window + 1);
    const numbers = new Int32Array(KEYS).fill(-1);
    let live = 0;
    for (let key = 0; key < KEYS; key++) if (open.isLive(key)) numbers[key] = live++;
    expect(live).toBe(open.liveCount);
    open.renumber(numbers);
    for (let key = 0; key < live; key++) expect(pool.keyOf[open.known(open.find(1)!, key)]).toBe(key);
    close(open, 1);
    expect([open.liveCount, pool.size]).toEqual([0, 0]);
  });
});
