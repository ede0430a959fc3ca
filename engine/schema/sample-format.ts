import { CborReader } from '../codec/cbor';
import { csvLines } from '../codec/csv';
import { DEFAULT_DECODE_LIMITS } from '../codec/decode-failure';
import { DecodeProblem } from '../codec/decode-problem';
import type { ItemReader } from '../codec/item-reader';
import { JsonScanner } from '../codec/json-scanner';
import { MessagePackReader } from '../codec/messagepack';
import type { TreeParts } from '../codec/tree-target';
import { TreeTarget } from '../codec/tree-target';
import { encodeUtf8 } from '../codec/utf8';
import type { DecoderConfig } from '../plan/decoder-config';
import type { SampleValue } from './sample-value';
import { parseSample } from './sample-value';

/** Formats whose payloads tell their own columns. */
export type SampleFormat = Extract<DecoderConfig, { readonly format: 'json' | 'messagePack' | 'cbor' | 'csv' }>;

const { depthMax } = DEFAULT_DECODE_LIMITS;

/** The value of a payload of a self-describing format, or one sentence about why it is none. Lines of CSV become a list of objects. */
export function sampleOf(payload: Uint8Array, config: SampleFormat): SampleValue | string {
  try {
    switch (config.format) {
      case 'json':
        return parseSample(payload);
      case 'messagePack':
        return itemSample(payload, new MessagePackReader(depthMax));
      case 'cbor':
        return itemSample(payload, new CborReader(depthMax));
      case 'csv':
        return csvSample(payload, config);
    }
  } catch (problem) {
    if (problem instanceof DecodeProblem) return problem.message;
    throw problem;
  }
}

const SAMPLE_PARTS: TreeParts<SampleValue> = {
  nothing: () => ({ kind: 'null' }),
  bool: value => ({ kind: 'bool', value }),
  whole: value => ({ kind: 'number', value: Number(value), integer: true }),
  double: value => ({ kind: 'number', value, integer: false }),
  text: value => ({ kind: 'text', value }),
  bytes: value => ({ kind: 'bytes', value }),
  time: timeMs => ({ kind: 'time', value: timeMs }),
  list: items => ({ kind: 'list', items }),
  map: members => ({ kind: 'object', members })
};

function itemSample(payload: Uint8Array, reader: ItemReader): SampleValue | string {
  const tree = new TreeTarget(SAMPLE_PARTS);
  reader.open(payload);
  reader.read(tree, 0);
  return reader.atEnd ? tree.value : 'the payload goes on after its value';
}

function csvSample(payload: Uint8Array, config: Extract<SampleFormat, { readonly format: 'csv' }>): SampleValue | string {
  const lines = csvLines(payload, config);
  const names = config.header === false ? (config.columns ?? (lines[0] ?? []).map((_, index) => `column${index + 1}`)) : lines.shift();
  if (names === undefined) return 'the payload is empty; a line with the names of the columns was expected';
  const ragged = lines.find(line => line.length !== names.length);
  if (ragged !== undefined) return `a line has ${ragged.length} fields where ${names.length} were expected`;
  return { kind: 'list', items: lines.map(line => ({ kind: 'object', members: new Map(line.map((text, index) => [names[index]!, textSample(text, config)])) })) };
}

function textSample(text: string, { nullText, decimal }: Extract<SampleFormat, { readonly format: 'csv' }>): SampleValue {
  if (text === (nullText ?? '')) return { kind: 'null' };
  if (text === 'true' || text === 'false') return { kind: 'bool', value: text === 'true' };
  const scanner = new JsonScanner(DEFAULT_DECODE_LIMITS);
  const bytes = encodeUtf8(decimal === ',' ? text.replace(',', '.') : text);
  scanner.open(bytes);
  const value = scanner.readDouble('a number');
  if (scanner.failure !== null || scanner.position < bytes.length) return { kind: 'text', value: text };
  return { kind: 'number', value, integer: /^-?\d+$/.test(text) };
}
