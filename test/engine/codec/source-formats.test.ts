import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mqtt } from '../../../engine/api/source';
import { avro, protobuf, sparkplug } from '../../../engine/api/decoders';
import { schema as columns, float64, int32, timestampMs, utf8 } from '../../../engine/api/columns';
import { decoderSpecs } from '../../../engine/codec/decoder-specs';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { DECODER_FORMATS, parseDecoder } from '../../../engine/plan/decoder-config';
import type { DecoderConfig } from '../../../engine/plan/decoder-config';
import { ObjectReader } from '../../../engine/plan/json-reader';
import { planToJson } from '../../../engine/plan/canonical-json';
import { parsePlanText } from '../../../engine/plan/parse-plan';
import type { SourceSettings } from '../../../engine/plan/nodes/source';
import type { Plan, SourceConfig } from '../../../engine/plan/plan';
import type { Schema } from '../../../engine/schema/schema';
import { RECORD_SCHEMA, rowsOf, schemaOf } from '../../support/codec-case';
import type { ReferenceCase } from '../../support/reference';
import { plain, referenceBytes, referenceCases } from '../../support/reference';

const avroSchema = readFileSync(new URL('../../golden/reference/codecs/reading.avsc', import.meta.url), 'utf8');
const descriptorOf = (file: string): Uint8Array => referenceBytes(`codecs/${file}`);
const ARRIVAL_MS = 1_767_225_600_000;

/** A source whose rows get their time from the arrival, and a sink. */
function planOf(decoder: DecoderConfig, schema: Schema, more: Partial<SourceSettings> = {}): Plan {
  const fields = [...schema.fields, { name: 'arrivedMs', type: 'timestampMs' as const, nullable: false }];
  const source: SourceConfig = { connector: 'mqtt', topic: '#', connection: 'plant', decoder, schema: { fields }, eventTime: 'arrivedMs', arrivalTimeColumn: 'arrivedMs', maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, idleTimeoutMs: null, watermarkPer: 'source', ...more };
  const plan: Plan = {
    littoralPlan: 1,
    name: 'formats',
    nodes: [
      { id: 'in', op: 'source', config: source },
      { id: 'out', op: 'sink', input: 'in', config: { connector: 'mqtt', name: 'out', topic: 'out', connection: 'plant', qos: 0, retain: false } }
    ]
  };
  return parsePlanText(planToJson(plan));
}

const message = (payload: Uint8Array, topic = 't', index = 0): GraphInput => ({ kind: 'message', arrivalTimeMs: ARRIVAL_MS + index, topic, payload });

/** The decoder and the schema that a bad payload is meant for. */
function targetOf(reference: ReferenceCase): { readonly decoder: DecoderConfig; readonly schema: Schema } | null {
  const { codec, params } = reference;
  const layout = String(params['layout']);
  const one: Schema = { fields: [{ name: 'other', type: 'float64', nullable: true }] };
  if (codec === 'json') return { decoder: { format: 'json' }, schema: schemaOf(reference) };
  if (codec === 'msgpack' || codec === 'cbor') return { decoder: { format: codec === 'cbor' ? 'cbor' : 'messagePack' }, schema: schemaOf(reference) };
  if (codec === 'csv') return { decoder: { format: 'csv' }, schema: schemaOf(reference) };
  if (codec === 'sparkplugB') return { decoder: sparkplug(), schema: { fields: [{ name: 'metric', type: 'utf8', nullable: false }, { name: 'value', type: 'float64', nullable: true }] } };
  if (codec === 'protobuf') return { decoder: protobuf({ descriptor: descriptorOf('kinds.desc'), message: String(params['message']) }), schema: { fields: [{ name: 'i32', type: 'int32', nullable: false }] } };
  if (codec === 'avro') return params['writerSchema'] === undefined ? { decoder: avro({ schema: avroSchema, framing: layout as 'container' }), schema: RECORD_SCHEMA } : { decoder: avro({ schema: params['writerSchema'] as object }), schema: one };
  if (params['element'] === undefined) return null;
  return { decoder: { format: 'raw', block: { type: params['element'] as 'int8', channels: ['c'] } }, schema: { fields: [{ name: 'c', type: { list: 'float64' }, nullable: false }] } };
}

describe('hostile payloads at a source', () => {
  const groups = new Map<string, { readonly target: NonNullable<ReturnType<typeof targetOf>>; readonly payloads: { readonly topic: string; readonly payload: Uint8Array }[] }>();
  for (const reference of referenceCases('codecs/bad/bad.json')) {
    const target = targetOf(reference);
    if (target === null) continue;
    const key = `${reference.codec} ${JSON.stringify(target).length} ${JSON.stringify(target.schema)}`;
    const group = groups.get(key) ?? { target, payloads: [] };
    groups.set(key, group);
    group.payloads.push({ topic: String(reference.params['topic'] ?? 't'), payload: plain(reference.input, 'codecs/bad') as Uint8Array });
  }
  it('has taken the whole corpus', () => {
    expect([...groups.values()].reduce((sum, group) => sum + group.payloads.length, 0)).toBeGreaterThan(200);
  });
  let number = 0;
  for (const [key, { target, payloads }] of groups) {
    it(`accounts for every one of ${payloads.length} payloads of ${key.split(' ')[0]} (${++number})`, () => {
      const graph = createGraph(planOf(target.decoder, target.schema));
      graph.push([...payloads.map(({ topic, payload }, index) => message(payload, topic, index)), { kind: 'end' }]);
      const { emissions, deadLetters } = graph.take();
      const { totals, messagesIn } = graph.metrics();
      const rows = emissions.reduce((sum, { batch }) => sum + batch.rowCount, 0);
      expect(totals.conservationError).toBe(0);
      expect(totals.rowsIn).toBe(rows + deadLetters.length);
      expect(messagesIn).toBe(payloads.length);
      const heard = new Set([...deadLetters.map(letter => letter.at), ...emissions.flatMap(({ batch }) => [...batch.at])]);
      expect(payloads.length - heard.size, 'messages that gave neither a row nor a dead letter').toBeLessThanOrEqual(payloads.filter(({ payload }) => payload.length === 0).length + (key.startsWith('sparkplug') ? payloads.length : 0));
    });
  }
});

describe('formats of a source', () => {
  it('gives the same rows whatever the cut into pushes, and after a snapshot, with the births of Sparkplug', () => {
    const messages = referenceCases('codecs/sparkplug.json').filter(({ params }) => params['published'] === true && ['main', 'gap', 'no-birth'].includes(String(params['sequence'])));
    const inputs = messages.map((reference, index) => message(plain(reference.input) as Uint8Array, (reference.input as { topic: string }).topic, index));
    const schema: Schema = { fields: [{ name: 'metric', type: 'utf8', nullable: false }, { name: 'value', type: 'float64', nullable: true }, { name: 'text', type: 'utf8', nullable: true }] };
    const run = (cuts: readonly number[], restoreAt: number | null): unknown => {
      const plan = planOf(sparkplug(), schema);
      let graph = createGraph(plan);
      const seen: unknown[] = [];
      let from = 0;
      for (const to of [...cuts, inputs.length]) {
        graph.push(inputs.slice(from, to));
        const { emissions, deadLetters } = graph.take();
        seen.push(...emissions.flatMap(({ batch }) => rowsOf(batch)), ...deadLetters.map(letter => ({ letter: letter.code, at: letter.at })));
        if (to === restoreAt) {
          const snapshot = graph.snapshot();
          graph = createGraph(plan);
          graph.restore(snapshot);
        }
        from = to;
      }
      expect(graph.metrics().totals.conservationError).toBe(0);
      return { seen: seen.map(each => JSON.stringify(each)).sort(), drift: [...graph.drift().get('in')!] };
    };
    const whole = run([], null) as { drift: unknown[] };
    expect(whole.drift).toContainEqual(['event:seqGap', 1]);
    for (let cut = 1; cut < inputs.length; cut++) expect(run([cut], cut)).toEqual(whole);
    expect(run(inputs.map((_, i) => i), 5)).toEqual(whole);
  });

  it('fills a column with the time of arrival, so that a payload can be a plain number', () => {
    const { config } = mqtt('plant/+/temp', {
      connection: 'plant',
      schema: columns({ at: timestampMs(), device: utf8(), temperature: float64() }),
      eventTime: 'at',
      arrivalTimeColumn: 'at',
      topicColumns: { device: 1 },
      decoder: { format: 'number', column: 'temperature' },
      maxOutOfOrdernessMs: 0
    });
    const plan = planOf({ format: 'json' }, { fields: [] });
    const graph = createGraph({ ...plan, nodes: [{ id: 'in', op: 'source', config }, plan.nodes[1]!] });
    graph.push([message(encodeUtf8('21.5'), 'plant/p1/temp'), message(encodeUtf8('warm'), 'plant/p1/temp', 1)]);
    const { emissions, deadLetters } = graph.take();
    expect(rowsOf(emissions[0]!.batch)).toEqual([{ at: ARRIVAL_MS, device: 'p1', temperature: 21.5 }]);
    expect(deadLetters.map(letter => letter.code)).toEqual(['NUMBER_TYPE']);
    expect([...graph.drift().get('in')!]).toEqual([['type:temperature', 1]]);
  });

  it('counts drift per source: unknown fields, missing ones, other types and ranges', () => {
    const schema: Schema = { fields: [{ name: 'n', type: 'int32', nullable: false }, { name: 'note', type: 'utf8', nullable: true }] };
    const graph = createGraph(planOf({ format: 'json' }, schema));
    graph.push(['{"n":1,"note":"a"}', '{"n":2}', '{"n":1.5}', '{"n":4294967296}', '{"n":"5","note":null}', '{"n":6,"extra":1}'].map((text, i) => message(encodeUtf8(text), 't', i)));
    expect(graph.take().deadLetters).toHaveLength(3);
    expect([...graph.drift().get('in')!]).toEqual([['missing:note', 2], ['range:n', 1], ['type:n', 2], ['unknown:extra', 1]]);
  });
});

describe('the decoder of a plan', () => {
  const parse = (json: unknown): DecoderConfig => parseDecoder(new ObjectReader(json, 'decoder'));
  const configs: readonly DecoderConfig[] = [
    { format: 'json', lines: true },
    { format: 'messagePack', layout: 'array', sequence: true },
    { format: 'cbor' },
    { format: 'avro', schema: avroSchema, writerSchemas: [avroSchema], framing: 'singleObject' },
    { format: 'protobuf', descriptor: 'AA==', message: 'a.B', rows: 'items' },
    { format: 'sparkplug', layout: 'message' },
    { format: 'csv', delimiter: '\t', quote: "'", header: false, columns: ['a', 'b'], nullText: '', decimal: ',' },
    { format: 'raw', stride: 12, fields: [{ name: 't', type: 'int64', offset: 0, endian: 'big' }, { name: 'x', type: 'int16', offset: 8, scale: 0.1, add: -4 }] },
    { format: 'raw', block: { type: 'float32', channels: ['x', 'y'], order: 'planar', start: 8, count: 100 } },
    { format: 'number', column: 'v' },
    { format: 'text', column: 'v', lines: true }
  ];
  it('is read back from JSON as it was written, in every format', () => {
    for (const config of configs) expect(parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(new Set(configs.map(config => config.format))).toEqual(new Set(DECODER_FORMATS));
  });
  it('is described in every option', () => {
    for (const config of configs) expect(decoderSpecs[config.format].fields.map(field => field.name)).toEqual(expect.arrayContaining(Object.keys(config).filter(name => name !== 'format')));
  });
  it.each<readonly [string, unknown, RegExp]>([
    ['an unknown format', { format: 'xml' }, /decoder\.format: got "xml"; expected one of/],
    ['an option of another format', { format: 'json', delimiter: ';' }, /unknown field "delimiter"/],
    ['a delimiter that is a quote', { format: 'csv', delimiter: '"' }, /one ASCII character/],
    ['raw without a layout', { format: 'raw' }, /neither a block nor stride and fields/],
    ['a raw field beyond its record', { format: 'raw', stride: 8, fields: [{ name: 'x', type: 'float64', offset: 4 }] }, /"x" ends at byte 12; expected at most 8/]
  ])('refuses %s', (_name, json, words) => {
    expect(() => parse(json)).toThrow(words);
  });
  it.each<readonly [string, () => unknown, RegExp]>([
    ['a required column that an Avro record does not have', () => planOf(avro({ schema: avroSchema }), { fields: [{ name: 'nope', type: 'utf8', nullable: false }] }), /column "nope" is required, but record "littoral.test.Reading" has no such field/],
    ['a Protobuf message that is not in the descriptor', () => planOf(protobuf({ descriptor: descriptorOf('reading.desc'), message: 'littoral.test.Readin' }), RECORD_SCHEMA), /Did you mean "littoral.test.Reading"/],
    ['a Protobuf column of another shape', () => planOf(protobuf({ descriptor: descriptorOf('reading.desc'), message: 'littoral.test.Reading' }), { fields: [{ name: 'axes', type: 'float32', nullable: false }] }), /column "axes" is float32, but the field is repeated float/],
    ['a Protobuf column of another type', () => planOf(protobuf({ descriptor: descriptorOf('reading.desc'), message: 'littoral.test.Reading' }), { fields: [{ name: 'note', type: 'float64', nullable: true }] }), /column "note" is float64, but the field is string/],
    ['a Sparkplug column that the layout does not have', () => planOf(sparkplug(), { fields: [{ name: 'temperature', type: 'float64', nullable: false }] }), /Take layout "message"/],
    ['a required column beside a plain number', () => planOf({ format: 'number', column: 'v' }, { fields: [{ name: 'v', type: 'float64', nullable: false }, { name: 'unit', type: 'utf8', nullable: false }] }), /column "unit" is required, but a payload only holds "v"/],
    ['a raw channel that is no list', () => planOf({ format: 'raw', block: { type: 'int8', channels: ['c'] } }, { fields: [{ name: 'c', type: 'float64', nullable: false }] }), /channel "c" needs a column of that name that is a list/],
    ['a required column that a CSV without header does not name', () => planOf({ format: 'csv', header: false, columns: ['a'] }, { fields: [{ name: 'b', type: 'float64', nullable: false }] }), /column "b" is required/],
    ['an Avro column of another type', () => planOf(avro({ schema: avroSchema }), { fields: [{ name: 'note', type: 'float64', nullable: true }] }), /column "note" is float64, but the field is a union of null, string/],
    ['an arrival time that is no time', () => planOf({ format: 'json' }, { fields: [{ name: 'n', type: 'int32', nullable: false }] }, { arrivalTimeColumn: 'n' }), /must be a timestampMs/]
  ])('refuses %s when the plan is resolved', (_name, make, words) => {
    expect(() => createGraph(make() as Plan)).toThrow(words);
  });
  it('is typed in the API', () => {
    const schema = columns({ t: timestampMs(), n: int32() });
    const { config } = mqtt('a', { connection: 'c', schema, eventTime: 't', maxOutOfOrdernessMs: 0, decoder: { format: 'csv', delimiter: ';' } });
    expect(config.decoder).toEqual({ format: 'csv', delimiter: ';' });
    // @ts-expect-error json has no delimiter
    expect(() => mqtt('a', { connection: 'c', schema, eventTime: 't', maxOutOfOrdernessMs: 0, decoder: { format: 'json', delimiter: ';' } })).toThrow(/unknown field/);
  });
});
