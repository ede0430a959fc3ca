import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../engine/batch/batch';
import { sliceBatch } from '../../../engine/batch/slice';
import type { Chunk, IdleMark, Progress } from '../../../engine/operator/operator';
import { PortMerge } from '../../../engine/operator/port-merge';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import type { Schema } from '../../../engine/schema/schema';

interface CombinationCase {
  readonly name: string;
  readonly kind: string;
  readonly inputs: number;
  readonly events: readonly { readonly input: number; readonly watermark?: number | string; readonly status?: 'idle' | 'active' }[];
  readonly expected: { readonly channelsOfOneInput: readonly { readonly watermark: number | string; readonly idle: boolean }[] };
}

const cases = (JSON.parse(readFileSync(new URL('../../golden/flink/idle.json', import.meta.url), 'utf8')) as CombinationCase[]).filter(each => each.kind === 'watermarkCombination');
const SCHEMA: Schema = { fields: [{ name: 'n', type: 'int32', nullable: false }] };
const NOBODY = { rows: () => undefined, watermark: () => undefined };

function chunk(rows: readonly number[], steps: readonly (readonly [at: number, watermarkMs: number])[], idle: readonly IdleMark[] = []): Chunk {
  const batch: Batch = { schema: SCHEMA, rowCount: rows.length, columns: [{ kind: 'int32', values: Int32Array.from(rows), validity: null }], eventTimeMs: new Float64Array(rows.length), at: Float64Array.from(rows) };
  const progress: Progress = { count: steps.length, at: Float64Array.from(steps, ([at]) => at), watermarkMs: Float64Array.from(steps, ([, watermarkMs]) => watermarkMs), ...(idle.length === 0 ? {} : { idle }) };
  return { batch, progress };
}

describe('several ports combine their watermarks as the channels of one input of Flink', () => {
  test.each(cases.map(each => [each.name, each] as const))('%s', (_, each) => {
    for (const restoring of [false, true]) {
      let merge = new PortMerge(each.inputs);
      let idle = false;
      each.events.forEach(({ input, watermark, status }, at) => {
        merge.add(input, watermark === undefined ? chunk([], [], [{ at, idle: status === 'idle' }]) : chunk([], [[at, Number(watermark)]]));
        const progress = merge.play(NOBODY);
        idle = progress?.idle?.at(-1)?.idle ?? idle;
        const { watermark: wanted, idle: wantedIdle } = each.expected.channelsOfOneInput[at]!;
        expect([merge.watermarkMs, idle]).toEqual([Number(wanted), wantedIdle]);
        if (restoring) merge = restored(merge, each.inputs);
      });
    }
  });
});

function restored(merge: PortMerge, ports: number): PortMerge {
  const writer = new SnapshotBytesWriter();
  merge.snapshot(writer);
  const next = new PortMerge(ports);
  const reader = new SnapshotBytesReader(writer.finish());
  next.restore(reader);
  reader.end();
  return next;
}

interface Event {
  readonly port: number;
  readonly rows: number;
  readonly riseMs: number;
  readonly idle: boolean | null;
}
const events = fc.array(fc.record({ port: fc.nat(2), rows: fc.nat(2), riseMs: fc.nat(5), idle: fc.constantFrom(null, null, true, false) }), { maxLength: 40 });

/** What came in, in the order in which a handler hears it. */
function play(all: readonly Event[], pieces: readonly number[]): string[] {
  const merge = new PortMerge(3);
  const heard: string[] = [];
  const handler = {
    rows: (port: number, batch: Batch, from: number, to: number) => {
      const { at } = sliceBatch(batch, from, to);
      for (const input of at) heard.push(`row of ${input} at ${port} under ${merge.watermarkMs}`);
    },
    watermark: (watermarkMs: number, at: number) => heard.push(`watermark ${watermarkMs} after ${at}`)
  };
  const watermarks = [0, 0, 0];
  let from = 0;
  for (const count of [...pieces, all.length]) {
    const piece = all.slice(from, from + count);
    for (let port = 0; port < 3; port++) {
      const mine = piece.flatMap((event, index) => (event.port === port ? [{ ...event, at: from + index }] : []));
      const rows = mine.flatMap(({ at, rows: rowCount }) => Array.from({ length: rowCount }, () => at));
      const steps = mine.flatMap(({ at, riseMs }) => (riseMs === 0 ? [] : [[at, (watermarks[port]! += riseMs)] as const]));
      merge.add(port, chunk(rows, steps, mine.flatMap(({ at, idle }) => (idle === null ? [] : [{ at, idle }]))));
    }
    for (const { at, idle } of merge.play(handler)?.idle ?? []) heard.push(`idle ${String(idle)} after ${at}`);
    from += count;
    if (from >= all.length) break;
  }
  return heard;
}

describe('the rows and watermarks of several ports', () => {
  test('are heard in the order of their inputs, however they are cut', () => {
    fc.assert(
      fc.property(events, fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 12 }), (all, pieces) => {
        const singly = play(all, all.map(() => 1));
        const inOrder = (heard: readonly string[]): string[] => heard.filter(line => !line.startsWith('idle'));
        expect(inOrder(play(all, pieces))).toEqual(inOrder(singly));
        expect(play(all, pieces).filter(line => line.startsWith('idle'))).toEqual(singly.filter(line => line.startsWith('idle')));
      }),
      { numRuns: 500 }
    );
  });
});
