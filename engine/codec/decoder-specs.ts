import type { FieldSpec } from '../operator/operator';
import type { DecoderFormat } from '../plan/decoder-config';

/** The single source about a payload format: help, docs and forms come from it. */
export interface DecoderSpec {
  readonly format: DecoderFormat;
  readonly doc: string;
  readonly fields: readonly FieldSpec[];
  /** In words: what gives a row, and what several rows. */
  readonly rows: string;
}

const ITEM_FIELDS: readonly FieldSpec[] = [
  { name: 'layout', type: "'map' | 'array'", default: 'map', doc: 'map: rows are maps from column names to values; array: lists of values in the order of the schema.' },
  { name: 'sequence', type: 'bool', default: false, doc: 'Several items in one payload, one after the other.' }
];
const ITEM_ROWS = 'A map is a row, a list of maps is many, a map of equally long lists is many in columns.';
const NUMBER_FIELDS = 'type (int8 … float64, int24, float16), endian (default little), scale, add';

/** One entry per format. */
export const decoderSpecs: Readonly<Record<DecoderFormat, DecoderSpec>> = {
  json: {
    format: 'json',
    doc: 'JSON (RFC 8259), strict: no duplicate keys, no NaN, UTF-8 only. Binary columns are base64.',
    fields: [{ name: 'lines', type: 'bool', default: false, doc: 'Several values in one payload, one after the other, as in NDJSON.' }],
    rows: 'An object is a row, a list of objects is many, an object of equally long lists is many in columns.'
  },
  messagePack: { format: 'messagePack', doc: 'MessagePack with its timestamp extension.', fields: ITEM_FIELDS, rows: ITEM_ROWS },
  cbor: { format: 'cbor', doc: 'CBOR (RFC 8949): indefinite lengths, half floats, times, bignums, typed arrays (RFC 8746).', fields: ITEM_FIELDS, rows: ITEM_ROWS },
  avro: {
    format: 'avro',
    doc: 'Avro binary encoding (specification 1.12) with schema resolution: defaults, aliases, promotions. Container codecs null, deflate and snappy.',
    fields: [
      { name: 'schema', type: 'JSON text', doc: 'The schema under which rows are read: a record whose fields are the columns.' },
      { name: 'writerSchemas', type: 'JSON texts', default: [], doc: 'Further schemas that payloads may be written with; raw: the first one is.' },
      { name: 'framing', type: "'raw' | 'singleObject' | 'container'", default: 'raw', doc: 'raw: bare records; singleObject: C3 01 and the fingerprint before them; container: files.' }
    ],
    rows: 'A record is a row; a container file holds many.'
  },
  protobuf: {
    format: 'protobuf',
    doc: 'Protocol Buffers (proto2, proto3) by a descriptor at run time. Enums fill utf8 columns by name and integer columns by number.',
    fields: [
      { name: 'descriptor', type: 'base64', doc: 'A FileDescriptorSet: protoc --include_imports -o file.desc file.proto.' },
      { name: 'message', type: 'text', doc: 'Full name of the message, e.g. plant.v1.Reading.' },
      { name: 'rows', type: 'text', doc: 'A repeated message field whose elements are the rows; absent: the message is one row.' }
    ],
    rows: 'A message is a row, or with rows every element of one of its fields.'
  },
  sparkplug: {
    format: 'sparkplug',
    doc: 'Sparkplug B: names and types by the births of each node and device, sequence numbers checked. Events such as seqGap and noBirth are counted as drift.',
    fields: [{ name: 'layout', type: "'metrics' | 'message'", default: 'metrics', doc: 'metrics: a row per metric with the columns metric, value, text, flag, …; message: a row per message with a column per metric.' }],
    rows: 'Every metric of a birth or data message, or every such message; deaths and commands give none.'
  },
  csv: {
    format: 'csv',
    doc: 'CSV (RFC 4180). Numbers as in JSON, true and false, base64 for binary columns.',
    fields: [
      { name: 'delimiter', type: 'one character', default: ',', doc: 'Between fields.' },
      { name: 'quote', type: 'one character', default: '"', doc: 'Around fields that hold delimiters, quotes or line ends.' },
      { name: 'header', type: 'bool', default: true, doc: 'Whether the first line of every payload names the columns.' },
      { name: 'columns', type: 'column names', doc: 'Names of the fields where there is no header; absent: the columns of the schema.' },
      { name: 'nullText', type: 'text', default: '', doc: 'Text that stands for null.' },
      { name: 'decimal', type: "'.' | ','", default: '.', doc: 'Decimal sign of float columns.' }
    ],
    rows: 'Every line.'
  },
  raw: {
    format: 'raw',
    doc: 'Raw binary memory: records of a fixed length, or a block of samples.',
    fields: [
      { name: 'fields', type: '{ name, offset, type, … }[]', doc: `Numbers at fixed bytes of a record, or of the bytes before the block: ${NUMBER_FIELDS}.` },
      { name: 'stride', type: 'number', unit: 'bytes', doc: 'Length of a record.' },
      { name: 'block', type: '{ channels, type, order, start, count, … }', doc: `Equal numbers one after the other, a list column per channel, interleaved or planar: ${NUMBER_FIELDS}.` }
    ],
    rows: 'Every record; with block the whole payload is one row of lists.'
  },
  number: {
    format: 'number',
    doc: 'One number (or true, false) as text, e.g. 21.5. Take the time from arrivalTimeColumn.',
    fields: [{ name: 'column', type: 'column name', doc: 'The column that takes it.' }],
    rows: 'Every payload.'
  },
  text: {
    format: 'text',
    doc: 'Text as it is (UTF-8), e.g. lines of a log file. Take the time from arrivalTimeColumn.',
    fields: [
      { name: 'column', type: 'column name', doc: 'The utf8 column that takes it.' },
      { name: 'lines', type: 'bool', default: false, doc: 'Every line is a row; without it the whole payload is.' }
    ],
    rows: 'Every payload, or with lines every line of it.'
  }
};

/** Type of the `decoder` of a source, in words. */
export const DECODER_TYPE = `{ format: ${Object.keys(decoderSpecs).map(format => `'${format}'`).join(' | ')}, … }`;
export const DECODER_DOC = `Format of the payloads. ${Object.values(decoderSpecs).map(({ format, doc, fields }) => `${format}: ${doc}${fields.length === 0 ? '' : ` Options ${fields.map(field => field.name).join(', ')}.`}`).join(' ')}`;
