import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AvroDecoder } from '../../../engine/codec/avro';
import { canReadAvro } from '../../../engine/codec/avro-compatibility';
import { avroFingerprint, canonicalAvro } from '../../../engine/codec/avro-fingerprint';
import { readContainerBlock, readContainerHead } from '../../../engine/codec/avro-container';
import { AvroInput } from '../../../engine/codec/avro-input';
import type { AvroRead } from '../../../engine/codec/avro-resolve';
import { resolveAvro } from '../../../engine/codec/avro-resolve';
import { avroSchemaOf, parseAvroSchema } from '../../../engine/codec/avro-schema';
import { DEFAULT_DECODE_LIMITS } from '../../../engine/codec/decode-failure';
import { DecodeProblem } from '../../../engine/codec/decode-problem';
import type { PlainValue } from '../../../engine/codec/tree-target';
import { PLAIN_PARTS, TreeTarget } from '../../../engine/codec/tree-target';
import { decodeRows, expectedRows, expectOutcome, expectRows, mustDecode, plainOf, RECORD_SCHEMA } from '../../support/codec-case';
import type { ReferenceCase } from '../../support/reference';
import { plain, referenceCases } from '../../support/reference';

const READING = readFileSync(new URL('../../golden/reference/codecs/reading.avsc', import.meta.url), 'utf8');

interface AvroParams {
  readonly layout: 'raw' | 'singleObject' | 'container';
  readonly codec?: string;
  readonly writerSchema?: unknown;
  readonly readerSchema?: unknown;
}

const recordsOf = ({ params }: ReferenceCase): AvroDecoder => new AvroDecoder({ schema: RECORD_SCHEMA, avroSchema: READING, framing: (params as unknown as AvroParams).layout });

function fault(read: () => PlainValue): PlainValue | DecodeProblem {
  try {
    return read();
  } catch (problem) {
    if (problem instanceof DecodeProblem) return problem;
    throw problem;
  }
}

/** All values of a container file under its own schema. */
function containerValues(payload: Uint8Array): PlainValue[] {
  const file = new AvroInput(DEFAULT_DECODE_LIMITS);
  file.open(payload);
  const head = readContainerHead(file);
  const type = parseAvroSchema(head.schemaText);
  const read = resolveAvro(type, type);
  const values: PlainValue[] = [];
  for (let block = readContainerBlock(file, head); block !== null; block = readContainerBlock(file, head)) {
    const input = new AvroInput(DEFAULT_DECODE_LIMITS);
    input.open(block.bytes);
    for (let i = 0; i < block.count; i++) values.push(rest(read, input));
    if (!input.atEnd) throw new DecodeProblem('TRAILING_DATA', 'a block goes on');
  }
  return values;
}

function rest(read: AvroRead, input: AvroInput): PlainValue {
  const tree = new TreeTarget(PLAIN_PARTS);
  read(input, tree, 1);
  return tree.value;
}

/** The value of a raw payload read from one schema to another. */
function rawValue(payload: Uint8Array, writerJson: unknown, readerJson: unknown): PlainValue {
  const input = new AvroInput(DEFAULT_DECODE_LIMITS);
  input.open(payload);
  const value = rest(resolveAvro(avroSchemaOf(writerJson), avroSchemaOf(readerJson)), input);
  if (!input.atEnd) throw new DecodeProblem('TRAILING_DATA', 'the payload goes on');
  return value;
}

describe('the avro decoder against the reference', () => {
  for (const reference of referenceCases('codecs/avro.json')) {
    const { layout, codec } = reference.params as unknown as AvroParams;
    if (reference.codec === 'avroFingerprint') {
      it(`computes ${reference.name}`, () => {
        const expected = plain(reference.expected) as { canonical: string; crc64Unsigned: bigint | number; sha256Hex: string };
        const type = avroSchemaOf((reference.input as { schema: unknown }).schema);
        expect(canonicalAvro(type)).toBe(expected.canonical);
        expect(avroFingerprint(type)).toBe(BigInt(expected.crc64Unsigned));
        expect(createHash('sha256').update(canonicalAvro(type)).digest('hex')).toBe(expected.sha256Hex);
      });
    } else {
      it(`reads ${reference.name} as fastavro does`, () => {
        const payload = plain(reference.input, 'codecs') as Uint8Array;
        const decoder = recordsOf(reference);
        if (codec === 'zstandard') expect(decodeRows(decoder, RECORD_SCHEMA, payload)).toMatchObject({ code: 'AVRO_UNKNOWN_SCHEMA' });
        else expectRows(mustDecode(decoder, RECORD_SCHEMA, payload), expectedRows(reference.expected), RECORD_SCHEMA);
        expect(layout).toBeDefined();
      });
    }
  }
  for (const reference of referenceCases('codecs/avro-evolution.json')) {
    it(`resolves ${reference.name} as the specification says`, () => {
      const { writerSchema, readerSchema } = reference.params as unknown as AvroParams;
      const seen = fault(() => rawValue(plain(reference.input) as Uint8Array, writerSchema, readerSchema));
      const allowed = (reference.expected as { anyOf?: unknown[] }).anyOf ?? [reference.expected];
      if (seen instanceof DecodeProblem) expect(allowed).toContainEqual({ error: 'schemaResolution' });
      else expect(allowed.map(value => plain(value))).toContainEqual(plainOf(seen));
      expect(canReadAvro(avroSchemaOf(writerSchema), avroSchemaOf(readerSchema))).toBe((reference as unknown as { schemasCompatible: boolean }).schemasCompatible);
    });
  }
  for (const reference of referenceCases('codecs/avro-compatibility.json')) {
    it(`judges ${reference.name} as Apache Avro does`, () => {
      const { writer, reader } = reference.input as { writer: unknown; reader: unknown };
      expect(canReadAvro(avroSchemaOf(writer), avroSchemaOf(reader))).toBe(reference.expected);
    });
  }
  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'avro')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const { layout, writerSchema } = reference.params as unknown as AvroParams;
      const payload = plain(reference.input, 'codecs/bad') as Uint8Array;
      const values = writerSchema !== undefined || layout === 'container';
      if (!values) {
        expectOutcome(decodeRows(recordsOf(reference), RECORD_SCHEMA, payload), reference, RECORD_SCHEMA);
        return;
      }
      const seen = fault(() => (layout === 'container' ? containerValues(payload) : rawValue(payload, writerSchema, writerSchema)));
      if (seen instanceof DecodeProblem) expectOutcome({ code: `AVRO_${seen.fault}`, message: seen.message, offset: 0 }, reference, RECORD_SCHEMA);
      else expect((reference.expected as { anyOf: unknown[] }).anyOf).toContainEqual(plainOf(seen));
      if (layout === 'container') expect(Array.isArray(decodeRows(recordsOf(reference), RECORD_SCHEMA, payload))).toBe(false);
    });
  }
});
