import { encodeBase64 } from '../codec/base64';
import { DEFAULT_DECODE_LIMITS } from '../codec/decode-failure';
import { JsonScanner } from '../codec/json-scanner';
import { skipValue } from '../codec/json-skip';
import { decodeUtf8, encodeUtf8 } from '../codec/utf8';
import type { RecordedInput } from './recorded-input';

const LINE_FEED = 10;
const RETURN = 13;

/** `input` as one line of a recording, line feed included. A JSON payload stays readable if it comes back byte for byte. */
export function writeRecordingLine(input: RecordedInput): Uint8Array {
  if (input.kind === 'tick') return encodeUtf8(`{"arrivalTimeMs":${input.arrivalTimeMs},"tick":true}\n`);
  const { arrivalTimeMs, topic, payload, qos, retain, properties } = input;
  const head = `{"arrivalTimeMs":${arrivalTimeMs},"topic":${JSON.stringify(topic)},`;
  const text = readableJson(payload);
  const body = text === null ? `"payloadBase64":"${encodeBase64(payload)}"` : `"payload":${text}`;
  const tail =
    (properties === undefined ? '' : `,"properties":${JSON.stringify(properties)}`) +
    (qos === undefined ? '' : `,"qos":${qos}`) +
    (retain === undefined ? '' : `,"retain":${retain}`);
  return encodeUtf8(`${head}${body}${tail}}\n`);
}

/** The payload's text when it is one JSON value on one line without white space around it. */
function readableJson(payload: Uint8Array): string | null {
  if (payload.includes(LINE_FEED) || payload.includes(RETURN)) return null;
  const scanner = new JsonScanner({ ...DEFAULT_DECODE_LIMITS, stringBytesMax: DEFAULT_DECODE_LIMITS.payloadBytesMax });
  scanner.open(payload);
  scanner.peek();
  if (scanner.position !== 0 || !skipValue(scanner, 1) || scanner.position !== payload.length) return null;
  return decodeUtf8(payload);
}
