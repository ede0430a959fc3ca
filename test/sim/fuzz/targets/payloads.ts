import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Value } from '../../../../engine/batch/value';
import { encodeBase64 } from '../../../../engine/codec/base64';
import { encoderOf } from '../../../../engine/codec/encoder-of';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Graph } from '../../../../engine/graph/graph-api';
import type { DecoderConfig } from '../../../../engine/plan/decoder-config';
import type { Plan } from '../../../../engine/plan/plan';
import type { Schema } from '../../../../engine/schema/schema';
import { ROOT } from '../../../bench/peers/root';
import { joined } from '../mutate';
import type { MakeTarget } from '../target';

const CODECS = join(ROOT, 'test', 'golden', 'reference', 'codecs');
const PUSHES_PER_GRAPH = 10_000;
/** As in the reference cases of the codecs. */
const RECORD_SCHEMA: Schema = {
  fields: [
    { name: 'deviceId', type: 'utf8', nullable: false },
    { name: 'seq', type: 'int64', nullable: false },
    { name: 'eventTimeMs', type: 'timestampMs', nullable: false },
    { name: 'level', type: 'int32', nullable: false },
    { name: 'temperature', type: 'float64', nullable: true },
    { name: 'ratio', type: 'float32', nullable: true },
    { name: 'ok', type: 'bool', nullable: false },
    { name: 'raw', type: 'binary', nullable: true },
    { name: 'axes', type: { list: 'float32', size: 3 }, nullable: false },
    { name: 'samples', type: { list: 'float64' }, nullable: true },
    { name: 'note', type: 'utf8', nullable: true }
  ]
};
const ROW: readonly Value[] = ['pump-07', 12n, 1_767_225_600_000, -3, 21.5, 0.25, true, Uint8Array.of(1, 2, 3), [1, 2, 3], [0.1, 0.2], 'näh'];
const TEXTS = ['{', '[', '"', ',', ':', 'null', '1e400', '-0', '9007199254740993', '\\u0000', '\\ud800', '"__proto__"', '1e-400', '0x10', 'NaN', '\u0000', '{"tMs":1,"tMs":2}'].map(text => Buffer.from(text));

/** Names of `cases()`, in their order. */
const FORMATS = ['json', 'jsonLines', 'messagePack', 'messagePackSequence', 'cbor', 'cborSequence', 'avro', 'avroSingleObject', 'avroContainer', 'protobuf', 'protobufRows', 'csv', 'sparkplug'];

interface Case {
  readonly decoder: DecoderConfig;
  readonly schema: Schema;
  readonly row: readonly Value[];
  readonly topic: string;
}

function cases(): readonly Case[] {
  const avro = readFileSync(join(CODECS, 'reading.avsc'), 'utf8');
  const descriptor = encodeBase64(readFileSync(join(CODECS, 'reading.desc')));
  const scalars: Schema = { fields: RECORD_SCHEMA.fields.filter(field => typeof field.type === 'string') };
  const scalarRow = ROW.filter((_, index) => typeof RECORD_SCHEMA.fields[index]?.type === 'string');
  const sparkplug: Schema = { fields: scalars.fields.filter(field => field.name !== 'seq').map(field => ({ ...field, nullable: true })) };
  const full = { schema: RECORD_SCHEMA, row: ROW, topic: 'plant/p' };
  return [
    { ...full, decoder: { format: 'json' } },
    { ...full, decoder: { format: 'json', lines: true } },
    { ...full, decoder: { format: 'messagePack' } },
    { ...full, decoder: { format: 'messagePack', layout: 'array', sequence: true } },
    { ...full, decoder: { format: 'cbor' } },
    { ...full, decoder: { format: 'cbor', layout: 'array', sequence: true } },
    { ...full, decoder: { format: 'avro', schema: avro } },
    { ...full, decoder: { format: 'avro', schema: avro, framing: 'singleObject' } },
    { ...full, decoder: { format: 'avro', schema: avro, framing: 'container' } },
    { ...full, decoder: { format: 'protobuf', descriptor, message: 'littoral.test.Reading' } },
    { ...full, decoder: { format: 'protobuf', descriptor, message: 'littoral.test.Batch', rows: 'readings' } },
    { decoder: { format: 'csv' }, schema: scalars, row: scalarRow, topic: 'plant/p' },
    { decoder: { format: 'sparkplug', layout: 'message' }, schema: sparkplug, row: scalarRow.filter((_, index) => scalars.fields[index]?.name !== 'seq'), topic: 'spBv1.0/g/NDATA/e' }
  ];
}

/** Payloads of one format each through a whole graph: every message gives rows or one dead letter, and the account balances. */
export const PAYLOAD_TARGETS: Readonly<Record<string, MakeTarget>> = Object.fromEntries(
  FORMATS.map((name, index) => [
    name,
    () => {
      const one = cases()[index];
      if (one === undefined) throw new Error(`fuzz: no case for ${name}`);
      const lane = new Lane(one);
      return { seeds: lane.seeds, words: TEXTS, take: input => lane.take(input), finish: () => lane.close() };
    }
  ])
);

class Lane {
  readonly seeds: readonly Uint8Array[];
  private graph: Graph;
  private pushes = 0;

  constructor(private readonly one: Case) {
    const seed = encoderOf(one.decoder, one.schema)(one.row);
    this.seeds = one.decoder.format === 'json' ? [seed, joined(seed, Buffer.from('\n'), seed)] : [seed];
    this.graph = createGraph(planOf(one));
  }

  take(input: Uint8Array): string {
    if (this.pushes === PUSHES_PER_GRAPH) this.close();
    const { graph } = this;
    const before = graph.metrics().totals;
    graph.push([{ kind: 'message', arrivalTimeMs: 1_767_225_600_000 + this.pushes++, topic: this.one.topic, payload: input }]);
    const { emissions, deadLetters } = graph.take();
    const { totals } = graph.metrics();
    const rows = emissions.reduce((sum, { batch }) => sum + batch.rowCount, 0);
    const letters = sum(totals.deadLetters) - sum(before.deadLetters);
    if (totals.conservationError !== 0) throw new Error(`conservation error ${totals.conservationError}`);
    if (letters !== deadLetters.length) throw new Error(`${letters} dead letters counted, ${deadLetters.length} given`);
    if (rows + letters + (totals.late - before.late) + (totals.filtered - before.filtered) === 0) return this.nothing(input);
    return rows > 0 ? 'rows' : (deadLetters[0]?.code ?? 'late');
  }

  /** Ends the graph: whatever it took must have come out. */
  close(): void {
    this.graph.push([{ kind: 'end' }]);
    this.graph.take();
    const { conservationError } = this.graph.metrics().totals;
    if (conservationError !== 0) throw new Error(`conservation error ${conservationError} at the end`);
    this.graph = createGraph(planOf(this.one));
    this.pushes = 0;
  }

  /** Formats of several rows may hold none; any other message must have come to something. */
  private nothing(input: Uint8Array): string {
    const { decoder } = this.one;
    const many = decoder.format === 'csv' || decoder.format === 'sparkplug' || ('lines' in decoder && decoder.lines === true) || ('sequence' in decoder && decoder.sequence === true) || ('rows' in decoder && decoder.rows !== undefined) || ('framing' in decoder && decoder.framing === 'container');
    if (!many) throw new Error(`${decoder.format}: a payload of ${input.length} bytes gave neither a row nor a dead letter`);
    return 'no rows';
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function planOf({ decoder, schema }: Case): Plan {
  const eventTime = schema.fields.find(field => field.type === 'timestampMs')?.name ?? '';
  return {
    littoralPlan: 1,
    name: 'fuzz',
    nodes: [
      { id: 'in', op: 'source', config: { connector: 'mqtt', topic: '#', connection: 'plant', decoder, schema, eventTime, maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, idleTimeoutMs: null, watermarkPer: 'source' } },
      { id: 'out', op: 'sink', input: 'in', config: { connector: 'mqtt', name: 'out', topic: 'out', connection: 'plant', qos: 0, retain: false } }
    ]
  };
}
