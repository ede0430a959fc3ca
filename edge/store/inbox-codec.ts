import { LittoralError } from '../../engine/error';
import type { GraphInput } from '../../engine/graph/graph-api';

/**
 * Inputs as bytes: one inbox row holds every input that one group commit brought, in order.
 *
 *   message: 0 | arrivalTimeMs f64 | source u16 + utf8 | topic u16 + utf8 | payload u32 + bytes
 *   tick:    1 | arrivalTimeMs f64
 *   end:     2
 *   message with properties (those that are text): 3 | as message | count u8 | name u16 + utf8, value u16 + utf8, …
 */
const MESSAGE = 0;
const TICK = 1;
const END = 2;
const MESSAGE_WITH_PROPERTIES = 3;
/** What one byte can count. */
const PROPERTIES_MAX = 255;
const MESSAGE_FIXED_BYTES = 1 + 8 + 2 + 2 + 4;

type Properties = Readonly<Record<string, unknown>>;

/** `inputs` as the body of one inbox row. */
export function encodeInputs(inputs: readonly GraphInput[]): Uint8Array {
  let capacity = 0;
  for (const input of inputs) {
    capacity += input.kind === 'message' ? MESSAGE_FIXED_BYTES + 3 * (input.topic.length + (input.source ?? '').length) + input.payload.byteLength + propertiesBytes(input.properties) : 9;
  }
  const bytes = Buffer.allocUnsafe(capacity);
  let at = 0;
  for (const input of inputs) {
    if (input.kind === 'message') {
      at = bytes.writeUInt8(input.properties === undefined ? MESSAGE : MESSAGE_WITH_PROPERTIES, at);
      at = bytes.writeDoubleLE(input.arrivalTimeMs, at);
      at = writeText(bytes, input.source ?? '', at);
      at = writeText(bytes, input.topic, at);
      at = bytes.writeUInt32LE(input.payload.byteLength, at);
      bytes.set(input.payload, at);
      at += input.payload.byteLength;
      if (input.properties !== undefined) at = writeProperties(bytes, input.properties, at);
    } else if (input.kind === 'tick') {
      at = bytes.writeUInt8(TICK, at);
      at = bytes.writeDoubleLE(input.arrivalTimeMs, at);
    } else at = bytes.writeUInt8(END, at);
  }
  return bytes.subarray(0, at);
}

function writeText(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 2, 'utf8');
  bytes.writeUInt16LE(length, at);
  return at + 2 + length;
}

/** An upper bound. */
function propertiesBytes(properties: Properties | undefined): number {
  let bytes = 0;
  if (properties === undefined) return bytes;
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    if (typeof value === 'string') bytes += 4 + 3 * (name.length + value.length);
  }
  return bytes + 1;
}

function writeProperties(bytes: Buffer, properties: Properties, start: number): number {
  let count = 0;
  let at = start + 1;
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    if (typeof value !== 'string' || count === PROPERTIES_MAX) continue;
    at = writeText(bytes, value, writeText(bytes, name, at));
    count++;
  }
  bytes.writeUInt8(count, start);
  return at;
}

/** The inputs of one inbox row; throws `STORE_CORRUPT` when the bytes are not what `encodeInputs` writes. */
export function decodeInputs(body: Uint8Array): GraphInput[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const inputs: GraphInput[] = [];
  let at = 0;
  const text = (): string => {
    const length = bytes.readUInt16LE(at);
    at += 2 + length;
    return bytes.toString('utf8', at - length, at);
  };
  try {
    while (at < bytes.length) {
      const kind = bytes.readUInt8(at++);
      if (kind === END) {
        inputs.push({ kind: 'end' });
        continue;
      }
      if (kind !== MESSAGE && kind !== TICK && kind !== MESSAGE_WITH_PROPERTIES) throw new RangeError(`kind ${kind}`);
      const arrivalTimeMs = bytes.readDoubleLE(at);
      at += 8;
      if (kind === TICK) {
        inputs.push({ kind: 'tick', arrivalTimeMs });
        continue;
      }
      const source = text();
      const topic = text();
      const length = bytes.readUInt32LE(at);
      at += 4 + length;
      if (at > bytes.length) throw new RangeError('payload beyond the end');
      const payload = bytes.subarray(at - length, at);
      let properties: Record<string, string> | undefined;
      if (kind === MESSAGE_WITH_PROPERTIES) {
        const count = bytes.readUInt8(at++);
        properties = Object.fromEntries(Array.from({ length: count }, () => [text(), text()] as const));
        if (at > bytes.length) throw new RangeError('properties beyond the end');
      }
      inputs.push({ kind: 'message', arrivalTimeMs, topic, payload, ...(source === '' ? {} : { source }), ...(properties === undefined ? {} : { properties }) });
    }
  } catch (cause) {
    throw new LittoralError('STORE_CORRUPT', `inbox row of ${bytes.length} bytes: unreadable at byte ${at}; expected inputs as this agent writes them. Restore the data folder from a copy, or start with an empty one.`, { cause });
  }
  return inputs;
}
