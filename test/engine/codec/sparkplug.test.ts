import { describe, expect, it } from 'vitest';
import { DEFAULT_DECODE_LIMITS } from '../../../engine/codec/decode-failure';
import { DecodeProblem } from '../../../engine/codec/decode-problem';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { SparkplugDecoder } from '../../../engine/codec/sparkplug';
import { SparkplugHost } from '../../../engine/codec/sparkplug-host';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import type { Schema } from '../../../engine/schema/schema';
import { allowedOutcomes, plainOf, rowsOf } from '../../support/codec-case';
import type { ReferenceCase } from '../../support/reference';
import { plain, referenceCases } from '../../support/reference';

interface Params {
  readonly sequence: string;
  readonly index: number;
  readonly published: boolean;
}
interface Input {
  readonly topic: string;
}
interface Expected {
  readonly type: string;
  readonly device?: string | null;
  readonly payloadTimestampMs?: number;
  readonly seq?: number;
  readonly bdSeq?: number;
  readonly metrics: readonly { readonly name?: string; readonly alias?: number }[];
  readonly events: readonly string[];
}

const sequences = new Map<string, ReferenceCase[]>();
for (const reference of referenceCases('codecs/sparkplug.json')) {
  const { sequence } = reference.params as unknown as Params;
  sequences.set(sequence, [...(sequences.get(sequence) ?? []), reference]);
}
const payloadOf = (reference: ReferenceCase): Uint8Array => plain(reference.input) as Uint8Array;
const topicOf = (reference: ReferenceCase): string => (reference.input as Input).topic;
const published = (cases: readonly ReferenceCase[]): ReferenceCase[] => cases.filter(({ params }) => (params as unknown as Params).published);

const LONG: Schema = {
  fields: [
    { name: 'group', type: 'utf8', nullable: false },
    { name: 'device', type: 'utf8', nullable: true },
    { name: 'metric', type: 'utf8', nullable: false },
    { name: 'timestampMs', type: 'timestampMs', nullable: false },
    { name: 'value', type: 'float64', nullable: true },
    { name: 'flag', type: 'bool', nullable: true },
    { name: 'text', type: 'utf8', nullable: true }
  ]
};

describe('the sparkplug host against the reference', () => {
  for (const [name, cases] of sequences) {
    it(`follows sequence ${name}`, () => {
      const host = new SparkplugHost(DEFAULT_DECODE_LIMITS);
      for (const reference of published(cases)) {
        const seen = host.receive(topicOf(reference), payloadOf(reference));
        const expected = plain(reference.expected) as Expected;
        expect(seen.topic.type, reference.name).toBe(expected.type);
        expect(seen.events.filter(event => event !== 'unknownAlias'), reference.name).toEqual(expected.events);
        if (expected.bdSeq !== undefined) expect(seen.bdSeq).toBe(expected.bdSeq);
        if (expected.seq !== undefined) expect([seen.seq, seen.topic.device, seen.payloadTimestampMs]).toEqual([expected.seq, expected.device, expected.payloadTimestampMs]);
        const values = seen.metrics.map(({ historical, value, ...metric }) => ({ ...metric, value: plainOf(value), ...(historical ? { historical } : {}) }));
        expect(values, reference.name).toEqual(expected.metrics.filter(metric => metric.alias === undefined));
        expect(seen.unknownAliases).toEqual(expected.metrics.flatMap(metric => metric.alias ?? []));
      }
    });
  }

  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'sparkplugB')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const { faults } = allowedOutcomes(reference);
      const topic = String(reference.params['topic'] ?? topicOf(reference));
      try {
        new SparkplugHost(DEFAULT_DECODE_LIMITS).receive(topic, payloadOf(reference));
        expect.unreachable('it was read');
      } catch (problem) {
        if (!(problem instanceof DecodeProblem)) throw problem;
        expect(faults).toContain(problem.fault);
      }
    });
  }
});

describe('the sparkplug decoder', () => {
  it('gives a row per metric, a dead letter per unknown alias, and counts events and metrics without a column', () => {
    const decoder = new SparkplugDecoder({ schema: LONG });
    const rows = new RowBuilder(LONG);
    const refusals: string[] = [];
    for (const reference of [...sequences.get('no-birth')!, ...sequences.get('arrays')!]) {
      expect(decoder.decode(payloadOf(reference), rows, topicOf(reference))).toBeTypeOf('number');
      refusals.push(...decoder.takeRefusals().map(each => each.code));
    }
    expect(refusals).toEqual(['SPARKPLUG_UNKNOWN_SCHEMA', 'SPARKPLUG_UNKNOWN_SCHEMA']);
    const count = rows.rowCount;
    const seen = rowsOf(rows.build(new Float64Array(count), new Float64Array(count)));
    expect(seen.map(row => [row['metric'], row['value']])).toEqual([['bdSeq', 2], ['x', 4], ['x', 6.5], ['bdSeq', 3]]);
    expect(decoder.drift().get('event:noBirth')).toBe(1);
    expect(decoder.drift().get('event:nodeBirth')).toBe(2);
    expect(decoder.drift().get('unknown:Int8Array')).toBe(1);
  });

  it('gives a row per message with a column per metric', () => {
    const schema: Schema = { fields: [{ name: 'timestampMs', type: 'timestampMs', nullable: false }, { name: 'edgeNode', type: 'utf8', nullable: false }, { name: 'load', type: 'float32', nullable: true }, { name: 'uptime', type: 'int64', nullable: true }] };
    const decoder = new SparkplugDecoder({ schema, layout: 'message' });
    const rows = new RowBuilder(schema);
    for (const reference of published(sequences.get('main')!).filter(each => topicOf(each).includes('/N'))) decoder.decode(payloadOf(reference), rows, topicOf(reference));
    expect(rowsOf(rows.build(new Float64Array(2), new Float64Array(2)))).toEqual([
      { timestampMs: 1767225600000, edgeNode: 'edge-7', load: 0.5, uptime: 12345678901n },
      { timestampMs: 1767225602500, edgeNode: 'edge-7', load: 0.75, uptime: null }
    ]);
    expect(decoder.drift().get('missing:uptime')).toBe(1);
  });

  it('goes on after a snapshot as if it had never stopped', () => {
    for (const cases of sequences.values()) {
      const messages = published(cases);
      const whole = new SparkplugHost(DEFAULT_DECODE_LIMITS);
      const expected = messages.map(reference => whole.receive(topicOf(reference), payloadOf(reference)));
      for (const cut of [1, messages.length >> 1, messages.length - 1]) {
        const before = new SparkplugHost(DEFAULT_DECODE_LIMITS);
        const after = new SparkplugHost(DEFAULT_DECODE_LIMITS);
        for (const reference of messages.slice(0, cut)) before.receive(topicOf(reference), payloadOf(reference));
        const writer = new SnapshotBytesWriter();
        before.snapshot(writer);
        after.restore(new SnapshotBytesReader(writer.finish()));
        expect(messages.slice(cut).map(reference => after.receive(topicOf(reference), payloadOf(reference)))).toEqual(expected.slice(cut));
      }
    }
  });
});
