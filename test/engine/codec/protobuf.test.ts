import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../../../engine/codec/base64';
import { DecodeProblem } from '../../../engine/codec/decode-problem';
import { ProtobufDecoder } from '../../../engine/codec/protobuf';
import { parseDescriptorSet } from '../../../engine/codec/protobuf-schema';
import { completeTree, readMessageTree } from '../../../engine/codec/protobuf-tree';
import type { MessageTree } from '../../../engine/codec/protobuf-tree';
import { WireReader } from '../../../engine/codec/protobuf-wire';
import type { PlainValue } from '../../../engine/codec/tree-target';
import type { Schema } from '../../../engine/schema/schema';
import { allowedOutcomes, expectedRows, expectRows, mustDecode, plainOf, RECORD_SCHEMA } from '../../support/codec-case';
import { plain, referenceBytes, referenceCases } from '../../support/reference';

const READING = 'littoral.test.Reading';
const descriptorOf = (file: unknown): Uint8Array => referenceBytes(`codecs/${String(file).replace('../', '')}`);

function readTree(payload: Uint8Array, descriptor: Uint8Array, name: string): ReadonlyMap<string, PlainValue> {
  const message = parseDescriptorSet(descriptor).get(name)!;
  const reader = new WireReader();
  const tree: MessageTree = new Map();
  reader.open(payload);
  readMessageTree(reader, payload.length, message, tree, { depth: 1, depthMax: 64 });
  return completeTree(tree, message);
}

const listsForNull = (row: Record<string, unknown>): Record<string, unknown> => ({ ...row, samples: row['samples'] ?? [], axes: row['axes'] ?? [] });

describe('the protobuf decoder against the reference', () => {
  for (const reference of referenceCases('codecs/protobuf.json')) {
    it(`reads ${reference.name} as protobuf of Python does`, () => {
      const payload = plain(reference.input) as Uint8Array;
      const descriptor = descriptorOf(reference.params['descriptorFile']);
      const message = String(reference.params['message']);
      if (message === READING) {
        const decoder = new ProtobufDecoder({ schema: RECORD_SCHEMA, descriptor: encodeBase64(descriptor), message });
        expectRows(mustDecode(decoder, RECORD_SCHEMA, payload), expectedRows(reference.expected).map(listsForNull), RECORD_SCHEMA);
      } else if (message.endsWith('.Batch')) {
        const schema: Schema = { fields: [...RECORD_SCHEMA.fields, { name: 'source', type: 'utf8', nullable: false }] };
        const { source, readings } = reference.expected as { source: string; readings: unknown };
        const decoder = new ProtobufDecoder({ schema, descriptor: encodeBase64(descriptor), message, rows: 'readings' });
        expectRows(mustDecode(decoder, schema, payload), expectedRows(readings).map(row => ({ ...listsForNull(row), source })), schema);
      } else expect(plainOf(readTree(payload, descriptor, message))).toEqual(plain(reference.expected));
    });
  }
  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'protobuf')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const payload = plain(reference.input, 'codecs/bad') as Uint8Array;
      const descriptor = descriptorOf(reference.params['descriptorFile']);
      const { faults, values } = allowedOutcomes(reference);
      const schema: Schema = { fields: [{ name: 'i32', type: 'int32', nullable: false }, { name: 'st', type: 'utf8', nullable: true }] };
      const seen = new ProtobufDecoder({ schema, descriptor: encodeBase64(descriptor), message: String(reference.params['message']) });
      try {
        expect([plainOf(readTree(payload, descriptor, String(reference.params['message'])))]).toMatchObject(values);
        expect(mustDecode(seen, schema, payload)).toMatchObject(values);
      } catch (problem) {
        if (!(problem instanceof DecodeProblem)) throw problem;
        expect(faults).toContain(problem.fault);
        expect(() => mustDecode(seen, schema, payload)).toThrow();
      }
    });
  }
});
