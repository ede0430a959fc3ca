import type { RawField, RawLayout } from '../codec/raw';
import type { ElementType } from '../codec/element';
import { ELEMENT_BYTES } from '../codec/element';
import { columnNames } from './column-names';
import { columnForm } from './forms';
import { ObjectReader, planInvalid } from './json-reader';
import { PLAN_LIMITS } from './limits';

/** Format of the payloads of a source, or of the messages of a sink. Absent options have the defaults of `decoderSpecs`. */
export type DecoderConfig =
  | { readonly format: 'json'; readonly lines?: boolean }
  | { readonly format: 'messagePack' | 'cbor'; readonly layout?: 'map' | 'array'; readonly sequence?: boolean }
  | { readonly format: 'avro'; readonly schema: string; readonly writerSchemas?: readonly string[]; readonly framing?: 'raw' | 'singleObject' | 'container' }
  | { readonly format: 'protobuf'; readonly descriptor: string; readonly message: string; readonly rows?: string }
  | { readonly format: 'sparkplug'; readonly layout?: 'metrics' | 'message' }
  | { readonly format: 'csv'; readonly delimiter?: string; readonly quote?: string; readonly header?: boolean; readonly columns?: readonly string[]; readonly nullText?: string; readonly decimal?: '.' | ',' }
  | ({ readonly format: 'raw' } & RawLayout)
  | { readonly format: 'number'; readonly column: string }
  | { readonly format: 'text'; readonly column: string; readonly lines?: boolean };

export type DecoderFormat = DecoderConfig['format'];

export const DECODER_FORMATS: readonly DecoderFormat[] = ['json', 'messagePack', 'cbor', 'avro', 'protobuf', 'sparkplug', 'csv', 'raw', 'number', 'text'];

const SCHEMA_LENGTH_MAX = 1024 * 1024;
const WRITER_SCHEMAS_MAX = 64;
const NULL_TEXT_LENGTH_MAX = 32;
const BYTES_MAX = 16 * 1024 * 1024;
const QUOTE = { pattern: /^[!-~]$/u, expected: 'one printable ASCII character, e.g. a double quote' };
const DELIMITER = { pattern: /^[\t !#-~]$/u, expected: 'one ASCII character other than a double quote, e.g. "," or ";"' };

/** A decoder read strictly from untrusted JSON; PlanError `PLAN_INVALID` names the field that does not fit. */
export function parseDecoder(reader: ObjectReader): DecoderConfig {
  const config = readDecoder(reader);
  reader.end();
  return config;
}

function readDecoder(reader: ObjectReader): DecoderConfig {
  const format = reader.oneOf('format', DECODER_FORMATS);
  switch (format) {
    case 'json':
      return { format, ...flag(reader, 'lines') };
    case 'messagePack':
    case 'cbor':
      return { format, ...choice(reader, 'layout', ['map', 'array']), ...flag(reader, 'sequence') };
    case 'avro':
      return {
        format,
        schema: reader.text('schema', SCHEMA_LENGTH_MAX),
        ...(reader.has('writerSchemas') ? { writerSchemas: texts(reader, 'writerSchemas', WRITER_SCHEMAS_MAX, SCHEMA_LENGTH_MAX) } : {}),
        ...choice(reader, 'framing', ['raw', 'singleObject', 'container'])
      };
    case 'protobuf':
      return {
        format,
        descriptor: reader.text('descriptor', SCHEMA_LENGTH_MAX),
        message: reader.text('message', PLAN_LIMITS.topicLengthMax),
        ...(reader.has('rows') ? { rows: reader.text('rows', PLAN_LIMITS.columnNameLengthMax) } : {})
      };
    case 'sparkplug':
      return { format, ...choice(reader, 'layout', ['metrics', 'message']) };
    case 'csv':
      return {
        format,
        ...(reader.has('delimiter') ? { delimiter: reader.text('delimiter', 1, DELIMITER) } : {}),
        ...(reader.has('quote') ? { quote: reader.text('quote', 1, QUOTE) } : {}),
        ...flag(reader, 'header'),
        ...(reader.has('columns') ? { columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax) } : {}),
        ...(reader.has('nullText') ? { nullText: reader.raw('nullText') === '' ? '' : reader.text('nullText', NULL_TEXT_LENGTH_MAX) } : {}),
        ...choice(reader, 'decimal', ['.', ','])
      };
    case 'raw':
      return { format, ...readRaw(reader) };
    case 'number':
      return { format, column: reader.text('column', PLAN_LIMITS.columnNameLengthMax, columnForm) };
    case 'text':
      return { format, column: reader.text('column', PLAN_LIMITS.columnNameLengthMax, columnForm), ...flag(reader, 'lines') };
  }
}

function readRaw(reader: ObjectReader): RawLayout {
  const layout: RawLayout = {
    ...(reader.has('fields') ? { fields: reader.list('fields', 1, PLAN_LIMITS.columnsMax, readField) } : {}),
    ...(reader.has('stride') ? { stride: reader.integer('stride', 1, BYTES_MAX) } : {}),
    ...(reader.has('block') ? { block: readBlock(reader.object('block')) } : {})
  };
  if (layout.block === undefined && (layout.stride === undefined || layout.fields === undefined)) throw planInvalid(reader.path, 'it has neither a block nor stride and fields', 'one of the two');
  if (layout.block !== undefined && layout.stride !== undefined) throw planInvalid(reader.at('stride'), 'there is a block as well', 'either a block or records of stride bytes');
  const bytes = layout.block === undefined ? layout.stride! : (layout.block.start ?? 0);
  for (const field of layout.fields ?? []) {
    if (field.offset + ELEMENT_BYTES[field.type] > bytes) throw planInvalid(reader.at('fields'), `"${field.name}" ends at byte ${field.offset + ELEMENT_BYTES[field.type]}`, `at most ${bytes}, the ${layout.block === undefined ? 'stride' : 'start of the block'}`);
  }
  return layout;
}

function readField(json: unknown, path: string): RawField {
  const reader = new ObjectReader(json, path);
  const field = { name: reader.text('name', PLAN_LIMITS.columnNameLengthMax, columnForm), offset: reader.integer('offset', 0, BYTES_MAX), ...rawNumber(reader) };
  reader.end();
  return field;
}

function readBlock(reader: ObjectReader): NonNullable<RawLayout['block']> {
  const block = {
    channels: columnNames(reader, 'channels', 1, PLAN_LIMITS.columnsMax),
    ...choice(reader, 'order', ['interleaved', 'planar']),
    ...(reader.has('start') ? { start: reader.integer('start', 0, BYTES_MAX) } : {}),
    ...(reader.has('count') ? { count: reader.integer('count', 0, BYTES_MAX) } : {}),
    ...rawNumber(reader)
  };
  reader.end();
  return block;
}

function rawNumber(reader: ObjectReader): { readonly type: ElementType; readonly endian?: 'little' | 'big'; readonly scale?: number; readonly add?: number } {
  return {
    type: reader.oneOf('type', Object.keys(ELEMENT_BYTES) as ElementType[]),
    ...choice(reader, 'endian', ['little', 'big']),
    ...(reader.has('scale') ? { scale: reader.number('scale', -Number.MAX_VALUE, Number.MAX_VALUE) } : {}),
    ...(reader.has('add') ? { add: reader.number('add', -Number.MAX_VALUE, Number.MAX_VALUE) } : {})
  };
}

function flag<N extends string>(reader: ObjectReader, name: N): { readonly [K in N]?: boolean } {
  return (reader.has(name) ? { [name]: reader.boolean(name) } : {}) as { readonly [K in N]?: boolean };
}

function choice<N extends string, const T extends string>(reader: ObjectReader, name: N, allowed: readonly T[]): { readonly [K in N]?: T } {
  return (reader.has(name) ? { [name]: reader.oneOf(name, allowed) } : {}) as { readonly [K in N]?: T };
}

function texts(reader: ObjectReader, name: string, max: number, lengthMax: number): readonly string[] {
  return reader.list(name, 1, max, (item, path) => {
    if (typeof item !== 'string' || item.length === 0 || item.length > lengthMax) throw planInvalid(path, typeof item === 'string' ? `a text of ${item.length} characters` : 'no text', `a text of 1 to ${lengthMax} characters`);
    return item;
  });
}
