import { describe, it } from 'vitest';
import { JsonDecoder } from '../../../engine/codec/json';
import { decodeRows, expectedRows, expectOutcome, expectRows, mustDecode, schemaOf } from '../../support/codec-case';
import { plain, referenceCases } from '../../support/reference';

describe('the json decoder against the reference', () => {
  for (const reference of referenceCases('codecs/json.json')) {
    it(`reads ${reference.name} as Python does`, () => {
      const schema = schemaOf(reference);
      const decoder = new JsonDecoder({ schema, lines: reference.params['layout'] === 'lines' });
      expectRows(mustDecode(decoder, schema, plain(reference.input) as Uint8Array), expectedRows(reference.expected), schema);
    });
  }

  /** Refused for another reason than the reference names, because our decoder reads another part first. */
  const differentClass = new Set(['json-deep-list', 'json-open-string']);
  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'json')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const schema = schemaOf(reference);
      expectOutcome(decodeRows(new JsonDecoder({ schema }), schema, plain(reference.input, 'codecs/bad') as Uint8Array), reference, schema, differentClass.has(reference.name));
    });
  }
});
