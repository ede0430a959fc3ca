import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { LittoralError } from '../../../engine/error';
import type { RecordedInput } from '../../../engine/recording/recorded-input';
import { readRecording, RecordingReader } from '../../../engine/recording/recording-reader';
import { writeRecordingLine } from '../../../engine/recording/write-line';
import { referenceBytes } from '../../support/reference';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const read = (...lines: string[]): RecordedInput[] => readRecording(encodeUtf8(lines.join('\n')));

function refusal(...lines: string[]): LittoralError {
  try {
    read(...lines);
  } catch (error) {
    if (error instanceof LittoralError) return error;
    throw error;
  }
  throw new Error('the recording was accepted');
}

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.json().map(encodeUtf8),
  fc.constantFrom('{"a": 1}', ' 1', '1 ', '{"a":\n1}', '{"a":1\r}', '9007199254740993', '1e400', '"\\ud800"', '{"a":1,"a":2}', '-', '', '[', '"é"').map(encodeUtf8)
);
const message = fc.record(
  {
    kind: fc.constant('message' as const),
    arrivalTimeMs: fc.maxSafeInteger(),
    topic: fc.string({ unit: 'grapheme', maxLength: 20 }),
    payload,
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
    properties: fc.dictionary(fc.string({ maxLength: 5, unit: fc.constantFrom('a', 'b', 'z') }), fc.oneof(fc.string(), fc.integer()), { noNullPrototype: true })
  },
  { requiredKeys: ['kind', 'arrivalTimeMs', 'topic', 'payload'] }
);
const input: fc.Arbitrary<RecordedInput> = fc.oneof(
  { weight: 5, arbitrary: message },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tick' as const), arrivalTimeMs: fc.maxSafeInteger() }) }
);

describe('recording text', () => {
  it('gives back every input byte for byte, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), (inputs, pieceBytes) => {
        const bytes = Buffer.concat(inputs.map(writeRecordingLine));
        expect(readRecording(bytes)).toEqual(inputs);
        const reader = new RecordingReader();
        const seen: RecordedInput[] = [];
        for (let at = 0; at < bytes.length; at += pieceBytes) seen.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
        expect(seen.concat(reader.end())).toEqual(inputs);
      }),
      { numRuns: 300 }
    );
  });

  it('keeps a JSON payload readable and everything else as base64', () => {
    const line = (payloadText: string): string => text(writeRecordingLine({ kind: 'message', arrivalTimeMs: 5, topic: 'a/b', payload: encodeUtf8(payloadText) }));
    expect(line('{"x":1.50}')).toBe('{"arrivalTimeMs":5,"topic":"a/b","payload":{"x":1.50}}\n');
    expect(line('running')).toBe('{"arrivalTimeMs":5,"topic":"a/b","payloadBase64":"cnVubmluZw=="}\n');
    expect(text(writeRecordingLine({ kind: 'tick', arrivalTimeMs: 7 }))).toBe('{"arrivalTimeMs":7,"tick":true}\n');
  });

  it('leaves the payload exactly as it stands in the line, also where JSON.parse would change it', () => {
    const [first] = read('{"arrivalTimeMs": 1, "topic": "t", "payload": {"v": 9007199254740993, "w":1e400,"v":"\\ud800"} }');
    expect(first!.kind === 'message' && text(first!.payload)).toBe('{"v": 9007199254740993, "w":1e400,"v":"\\ud800"}');
  });

  it('takes members in any order, unknown members and a line end of CR LF', () => {
    expect(read('{"payloadBase64":"","note":[1],"topic":"t","arrivalTimeMs":3}\r', '')).toEqual([{ kind: 'message', arrivalTimeMs: 3, topic: 't', payload: new Uint8Array(0) }]);
  });

  it('reads the recordings of measured series', () => {
    const inputs = readRecording(referenceBytes('realdata/sunspots-yearly.ndjson'));
    expect(inputs.length).toBeGreaterThan(100);
    expect(inputs.every(line => line.kind === 'message')).toBe(true);
  });

  const good = '{"arrivalTimeMs":1,"tick":true}';
  const bad: [string, string, RegExp][] = [
    ['no time', '{"topic":"t","payload":1}', /"arrivalTimeMs" is missing/],
    ['a fractional time', '{"arrivalTimeMs":1.5,"topic":"t","payload":1}', /"arrivalTimeMs"/],
    ['no topic', '{"arrivalTimeMs":1,"payload":1}', /"topic" is missing/],
    ['a topic that is no text', '{"arrivalTimeMs":1,"topic":7,"payload":1}', /"topic" is 7, expected text/],
    ['no payload', '{"arrivalTimeMs":1,"topic":"t"}', /"payload" or "payloadBase64" is missing/],
    ['two payloads', '{"arrivalTimeMs":1,"topic":"t","payload":1,"payloadBase64":""}', /keep one/],
    ['bad base64', '{"arrivalTimeMs":1,"topic":"t","payloadBase64":"a"}', /base64/],
    ['qos 3', '{"arrivalTimeMs":1,"topic":"t","payload":1,"qos":3}', /"qos" is 3/],
    ['a tick with a topic', '{"arrivalTimeMs":1,"tick":true,"topic":"t"}', /tick/],
    ['a false tick', '{"arrivalTimeMs":1,"tick":false}', /"tick" is false/],
    ['a key twice', '{"arrivalTimeMs":1,"arrivalTimeMs":2,"tick":true}', /stands twice/],
    ['a list', '[1]', /expected/],
    ['text', 'hello', /expected/],
    ['two objects', '{"arrivalTimeMs":1,"tick":true}{}', /goes on/],
    ['an open object', '{"arrivalTimeMs":1,"topic":"t","payload":{"a":1}', /ends where/],
    ['broken UTF-8', '{"arrivalTimeMs":1,"topic":"t","payload":"\u0001"}', /control character/]
  ];
  for (const [name, line, pattern] of bad) {
    it(`refuses a line with ${name} and names the line`, () => {
      const error = refusal(good, line, good);
      expect(error.code).toBe('RECORDING_FORMAT');
      expect(error.message).toMatch(/^recording, line 2: /);
      expect(error.message).toMatch(pattern);
      expect(error.details['line']).toBe(2);
    });
  }

  it('refuses an empty line in the middle, because lines are positions, and takes empty lines at the end', () => {
    expect(refusal(good, '', good).message).toMatch(/line 2: the line is empty/);
    expect(read(good, '', '')).toHaveLength(1);
  });

  it('refuses a line beyond the limit before it is complete', () => {
    const reader = new RecordingReader({ lineBytesMax: 100 });
    expect(() => reader.push(new Uint8Array(101).fill(32))).toThrow(/line 1: the line has more than 100 bytes/);
  });
});
