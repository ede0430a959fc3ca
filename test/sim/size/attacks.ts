import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { targetMatches } from '../../../engine/bundle/target';
import { isVersion } from '../../../engine/bundle/version';
import { decoderOf } from '../../../engine/codec/decoder-of';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { LittoralError } from '../../../engine/error';
import { topicMatches } from '../../../engine/graph/topic-filter';
import { readModel } from '../../../engine/model/read-model';
import type { DecoderConfig } from '../../../engine/plan/decoder-config';
import { parsePlanText } from '../../../engine/plan/parse-plan';
import type { Schema } from '../../../engine/schema/schema';
import { checkLake } from '../../../edge/host/lake/check-lake';
import { recordingInputs } from '../../../edge/host/recording-file';
import { brokerAddress } from '../../../edge/mqtt/broker-settings';
import { FrameReader } from '../../../edge/mqtt/frame-reader';
import { parsePublish } from '../../../edge/mqtt/packets';
import { countingPlan } from '../../edge/bundles';

const MIB = 1 << 20;
const KEEP_BYTES = 64 << 10;

/** One attack by size. */
export interface Attack {
  readonly name: string;
  /** What must become of it. */
  readonly expected: RegExp;
  /** Largest memory that may still be held when it is over, beside the input itself. */
  readonly heldBytesMax: number;
  /** Makes the input; what it takes is not measured. */
  prepare(folder: string): () => Promise<Outcome> | Outcome;
}

/** In words, with what still holds memory. */
export interface Outcome {
  readonly words: string;
  readonly alive?: unknown;
}

const BATCH: Schema = { fields: [{ name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }] };

/** The frame reader with the limits of a connection; frames become words. */
function reading(pieces: Iterable<Buffer>, packetBytesMax = MIB): Outcome {
  const seen: string[] = [];
  const reader = new FrameReader({ packetBytesMax, keepBytes: KEEP_BYTES }, frame => {
    const { payload, droppedBytes } = parsePublish(frame, 5);
    seen.push(`publish of ${payload.length} bytes, ${droppedBytes} dropped`);
  });
  try {
    for (const piece of pieces) reader.push(piece);
  } catch (error) {
    if (error instanceof LittoralError) return { words: error.code, alive: reader };
    throw error;
  }
  return { words: seen.join('; ') || 'waits', alive: reader };
}

/** First byte and remaining length of a packet. */
function fixedHeader(first: number, length: number): Buffer {
  const bytes = [first];
  for (let rest = length; bytes.length === 1 || rest > 0; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
  return Buffer.from(bytes);
}

function* repeated(piece: Buffer, times: number): Generator<Buffer> {
  for (let count = 0; count < times; count++) yield piece;
}

/** Pieces of one byte, each with memory of its own, as a socket gives them. */
function* trickled(bytes: number): Generator<Buffer> {
  for (let count = 0; count < bytes; count++) yield Buffer.alloc(1, 0x61);
}

function* inOrder(...parts: readonly Iterable<Buffer>[]): Generator<Buffer> {
  for (const part of parts) yield* part;
}

function publish(body: Buffer): Buffer {
  return Buffer.concat([fixedHeader(0x30, body.length), body]);
}

function topic(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function decoding(config: DecoderConfig, payload: Uint8Array): () => Outcome {
  return () => {
    const rows = new RowBuilder(BATCH);
    const outcome = decoderOf(config, { schema: BATCH }).decode(payload, rows, 'a');
    return { words: typeof outcome === 'number' ? `${outcome} rows` : outcome.code, alive: rows };
  };
}

function refusing(body: () => string): Outcome {
  try {
    return { words: body() };
  } catch (error) {
    if (error instanceof LittoralError) return { words: error.code };
    throw error;
  }
}

/** A table of one Parquet file whose log and name fit its bytes. */
function lakeWith(folder: string, bytes: Uint8Array): string {
  const table = join(folder, 'lake', 'readings');
  const file = `r=1-s=0-e=0000000001-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.parquet`;
  const schemaString = JSON.stringify({ type: 'struct', fields: [{ name: 'n', type: 'long', nullable: true, metadata: {} }] });
  const actions = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData: { id: 'a', format: { provider: 'parquet', options: {} }, schemaString, partitionColumns: [], configuration: {}, createdTime: 1 } }, { add: { path: file, partitionValues: {}, size: bytes.length, modificationTime: 1, dataChange: true } }];
  mkdirSync(join(table, '_delta_log'), { recursive: true });
  writeFileSync(join(table, file), bytes);
  writeFileSync(join(table, '_delta_log', '00000000000000000000.json'), actions.map(action => `${JSON.stringify(action)}\n`).join(''));
  return join(folder, 'lake');
}

/** A Parquet file that is only a footer of `length` declared bytes. */
function footer(declared: number, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(declared >>> 0);
  return Buffer.concat([Buffer.from('PAR1'), body, length, Buffer.from('PAR1')]);
}

/** An ONNX model with one input of the dimensions `2^40` each, as protobuf by hand. */
function absurdModel(): Uint8Array {
  const field = (number: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
  const dimension = field(1, Buffer.concat([Buffer.from([8]), varint(2 ** 40)]));
  const tensorType = field(1, Buffer.concat([Buffer.from([8, 1]), field(2, Buffer.concat([dimension, dimension, dimension]))]));
  const value = (name: string): Buffer => Buffer.concat([field(1, Buffer.from(name)), field(2, tensorType)]);
  const node = Buffer.concat([field(1, Buffer.from('x')), field(2, Buffer.from('y')), field(4, Buffer.from('Relu'))]);
  const graph = Buffer.concat([field(1, node), field(2, Buffer.from('g')), field(11, value('x')), field(12, value('y'))]);
  return Buffer.concat([Buffer.from([8, 8]), field(7, graph), field(8, Buffer.concat([field(1, Buffer.from('')), Buffer.from([16, 17])]))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

const DECLARED = 256 * MIB - 1;
const ALIKE = 'a'.repeat(50_000);

/** Every attack of the pass line. */
export const ATTACKS: readonly Attack[] = [
  { name: 'PUBLISH that declares 256 MB, 64 MB of it sent', expected: /^waits$/, heldBytesMax: MIB, prepare: () => () => reading(inOrder([fixedHeader(0x30, DECLARED), topic('a')], repeated(Buffer.alloc(64 << 10, 0x61), 1_000))) },
  { name: 'PUBLISH of 256 MB to its end', expected: /^publish of 6\d{4} bytes, 26\d{7} dropped$/, heldBytesMax: MIB, prepare: () => () => reading(inOrder([fixedHeader(0x30, 4_096 * (64 << 10) - 1), topic('a'), Buffer.from([0])], repeated(Buffer.alloc(64 << 10, 0x61), 4_095), [Buffer.alloc((64 << 10) - 5, 0x61)])) },
  { name: 'SUBACK that declares 256 MB', expected: /^MQTT_PACKET_TOO_LARGE$/, heldBytesMax: MIB, prepare: () => () => reading([fixedHeader(0x90, DECLARED)]) },
  { name: 'PUBLISH with 100,000 user properties', expected: /^publish of 1 bytes, 0 dropped$|^MQTT_PROTOCOL$/, heldBytesMax: MIB, prepare: () => manyProperties() },
  { name: 'PUBLISH with a topic of 65,535 bytes', expected: /^publish of 1 bytes, 0 dropped$|^MQTT_PROTOCOL$/, heldBytesMax: MIB, prepare: () => () => reading([publish(Buffer.concat([topic('t'.repeat(65_535)), Buffer.from([0, 0x31])]))]) },
  { name: 'a packet of 1 MB byte by byte, left unfinished', expected: /^waits$/, heldBytesMax: MIB + (64 << 10), prepare: () => () => reading(inOrder([fixedHeader(0x30, MIB)], trickled(MIB - 1))) },
  { name: 'JSON 100,000 deep', expected: /^JSON_(DEPTH|TYPE)$/, heldBytesMax: MIB, prepare: () => decoding({ format: 'json' }, Buffer.from('{"value":'.repeat(100_000))) },
  { name: 'JSON with an unknown field 100,000 deep', expected: /^JSON_DEPTH$/, heldBytesMax: MIB, prepare: () => decoding({ format: 'json' }, Buffer.from(`{"other":${'['.repeat(100_000)}`)) },
  { name: 'JSON with 500,000 keys', expected: /^JSON_SIZE$/, heldBytesMax: MIB, prepare: () => decoding({ format: 'json' }, Buffer.from(`{${Array.from({ length: 500_000 }, (_, key) => `"k${key}":1`).join(',')}}`)) },
  { name: 'JSON with a number of 1,000,000 digits', expected: /^JSON_(SIZE|RANGE|TYPE)$/, heldBytesMax: MIB, prepare: () => decoding({ format: 'json' }, Buffer.from(`{"tMs":1,"value":${'9'.repeat(1_000_000)}}`)) },
  { name: 'CBOR that declares an array of 2^53 items', expected: /^CBOR_/, heldBytesMax: MIB, prepare: () => decoding({ format: 'cbor', sequence: true }, Buffer.from('9b001fffffffffffff', 'hex')) },
  { name: 'MessagePack 100,000 deep', expected: /^MSGPACK_(DEPTH|TYPE)$/, heldBytesMax: MIB, prepare: () => decoding({ format: 'messagePack' }, Buffer.concat([Buffer.from([0x81, 0xa1, 0x78]), Buffer.alloc(100_000, 0x91)])) },
  { name: 'Avro container of a deflate bomb', expected: /^AVRO_/, heldBytesMax: MIB, prepare: () => decoding({ format: 'avro', schema: AVRO, framing: 'container' }, avroBomb()) },
  { name: 'recording as a gzip bomb of one endless line', expected: /^RECORDING_SIZE$/, heldBytesMax: 4 * MIB, prepare: folder => recordingBomb(folder) },
  { name: 'Parquet footer that declares 4 GB', expected: /FILE_ROWS/, heldBytesMax: MIB, prepare: folder => lakeCheck(folder, footer(0xffff_ffff, Buffer.alloc(100))) },
  { name: 'Parquet footer with a list of 2^31 structs', expected: /FILE_ROWS|clean/, heldBytesMax: MIB, prepare: folder => lakeCheck(folder, footer(8, Buffer.from([0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00]))) },
  { name: 'ONNX with an input of 2^120 numbers', expected: /^(tooLarge|badTensor|badGraph)$/, heldBytesMax: MIB, prepare: () => modelReading(absurdModel()) },
  { name: 'Plan with 1,000,000 nodes', expected: /^PLAN_/, heldBytesMax: MIB, prepare: () => planOfMany(1_000_000) },
  { name: 'Plan nested 100,000 deep', expected: /^PLAN_/, heldBytesMax: MIB, prepare: () => () => refusing(() => parsePlanText(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`).name) },
  { name: 'texts that make backtracking slow', expected: /^4 answers$/, heldBytesMax: MIB, prepare: () => () => backtracking() }
];

const AVRO = '{"type":"record","name":"r","fields":[{"name":"tMs","type":"long"},{"name":"value","type":"double"}]}';

function manyProperties(): () => Outcome {
  const pair = Buffer.concat([Buffer.from([0x26]), topic('n'), topic('v')]);
  const properties = Buffer.concat(Array.from({ length: 100_000 }, () => pair));
  const packet = publish(Buffer.concat([topic('a'), fixedHeader(0, properties.length).subarray(1), properties, Buffer.from('1')]));
  return () => reading([packet]);
}

function avroBomb(): Buffer {
  const packed = deflateRawSync(Buffer.alloc(64 * MIB));
  const text = (value: string): Buffer => Buffer.concat([varint(value.length * 2), Buffer.from(value)]);
  const sync = Buffer.alloc(16, 1);
  return Buffer.concat([Buffer.from('Obj\u0001'), varint(4), text('avro.schema'), text(AVRO), text('avro.codec'), text('deflate'), varint(0), sync, varint(2_000_000), varint(packed.length * 2), packed, sync]);
}

function recordingBomb(folder: string): () => Promise<Outcome> {
  const path = join(folder, 'bomb.recording.ndjson.gz');
  writeFileSync(path, gzipSync(Buffer.alloc(256 * MIB, 0x20)));
  return async () => {
    try {
      for await (const inputs of recordingInputs(path)) if (inputs.length > 0) return { words: 'inputs' };
      return { words: 'nothing' };
    } catch (error) {
      if (error instanceof LittoralError) return { words: error.code };
      throw error;
    }
  };
}

function lakeCheck(folder: string, file: Buffer): () => Promise<Outcome> {
  const dir = lakeWith(folder, file);
  return async () => ({ words: (await checkLake(dir, () => undefined)).findings.map(({ code }) => code).join(' ') || 'clean' });
}

function modelReading(bytes: Uint8Array): () => Outcome {
  return () => {
    const model = readModel(bytes);
    return { words: model.ok ? 'contract' : model.reason };
  };
}

function planOfMany(nodes: number): () => Outcome {
  const text = JSON.stringify({ ...countingPlan(), nodes: Array.from({ length: nodes }, (_, index) => ({ id: `n${index}`, op: 'keyBy', input: 'in', config: { columns: ['a'] } })) });
  return () => refusing(() => parsePlanText(text).name);
}

function backtracking(): Outcome {
  const words = [
    String(targetMatches([`${'a*'.repeat(200)}b`], ALIKE)),
    String(isVersion(`1.${'1.'.repeat(50_000)}x`)),
    String(topicMatches(`${'+/'.repeat(1_000)}b`, `${'a/'.repeat(1_000)}c`)),
    refusing(() => brokerAddress({ url: `mqtt://${ALIKE}@${ALIKE}:${'1'.repeat(1_000)}` }).host.slice(0, 1)).words
  ];
  return { words: `${words.length} answers` };
}
