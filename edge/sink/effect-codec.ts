import { LittoralError } from '../../engine/error';

/** One MQTT message to publish. */
export interface MqttEffect {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** `effects` as the body of one outbox row: topic u16 + utf8, payload u32 + bytes, one after the other. */
export function encodeEffects(effects: readonly { readonly topic: string; readonly payload: Uint8Array }[]): Uint8Array {
  let capacity = 0;
  for (const { topic, payload } of effects) capacity += 6 + 3 * topic.length + payload.length;
  const bytes = Buffer.allocUnsafe(capacity);
  let at = 0;
  for (const { topic, payload } of effects) {
    const topicBytes = bytes.write(topic, at + 2, 'utf8');
    bytes.writeUInt16LE(topicBytes, at);
    at += 2 + topicBytes;
    bytes.writeUInt32LE(payload.length, at);
    bytes.set(payload, at + 4);
    at += 4 + payload.length;
  }
  return Buffer.from(bytes.subarray(0, at));
}

/** Throws `STORE_CORRUPT` when the bytes are not what `encodeEffects` writes. */
export function decodeEffects(body: Uint8Array): MqttEffect[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const effects: MqttEffect[] = [];
  let at = 0;
  try {
    while (at < bytes.length) {
      const topicEnd = at + 2 + bytes.readUInt16LE(at);
      const end = topicEnd + 4 + bytes.readUInt32LE(topicEnd);
      if (end > bytes.length) throw new RangeError('payload beyond the end');
      effects.push({ topic: bytes.toString('utf8', at + 2, topicEnd), payload: bytes.subarray(topicEnd + 4, end) });
      at = end;
    }
  } catch (cause) {
    throw new LittoralError('STORE_CORRUPT', `outbox row of ${bytes.length} bytes: unreadable at byte ${at}; expected messages as this agent writes them. Restore the data folder from a copy, or start with an empty one.`, { cause });
  }
  return effects;
}
