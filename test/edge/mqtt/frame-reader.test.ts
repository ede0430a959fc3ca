import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { FrameReader, type Frame } from '../../../edge/mqtt/frame-reader';
import { parsePublish } from '../../../edge/mqtt/packets';
import { LittoralError } from '../../../engine/error';

const publish = (topic: string, payload: Buffer, qos: 0 | 1 | 2 = 1): Packet => ({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId: 7 });

function read(stream: Buffer, cuts: readonly number[], limits = { packetBytesMax: 1 << 20, keepBytes: 1 << 16 }): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(limits, frame => frames.push({ ...frame, body: Buffer.from(frame.body) }));
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    reader.push(stream.subarray(at, cut));
    at = Math.max(at, cut);
  }
  reader.push(stream.subarray(at));
  return frames;
}

describe('FrameReader', () => {
  it('finds the same packets however the stream is cut', () => {
    const packet = fc.record({ topic: fc.stringMatching(/^[a-zäö/]{1,20}$/), payload: fc.uint8Array({ maxLength: 400 }), qos: fc.constantFrom(0 as const, 1 as const, 2 as const), version: fc.constantFrom(4 as const, 5 as const) });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(3_000), { maxLength: 20 }), (packets, cuts) => {
        const stream = Buffer.concat(packets.map(each => generate(publish(each.topic, Buffer.from(each.payload), each.qos), { protocolVersion: each.version })));
        const frames = read(stream, cuts.map(cut => cut % (stream.length + 1)));
        const seen = frames.map((frame, index) => parsePublish(frame, packets[index]?.version ?? 4));
        expect(seen.map(each => ({ topic: each.topic, payload: [...each.payload], qos: each.qos }))).toEqual(packets.map(each => ({ topic: each.topic, payload: [...each.payload], qos: each.qos })));
      }),
      { numRuns: 200 }
    );
  });

  it('never buffers a packet that declares too many bytes, and finds the next one', () => {
    const large = generate(publish('t', Buffer.alloc(200_000, 1)));
    const next = generate(publish('t', Buffer.from('next')));
    const cuts = Array.from({ length: 40 }, (_none, index) => index * 5_000);
    const [first, second] = read(Buffer.concat([large, next]), cuts, { packetBytesMax: 50_000, keepBytes: 1_000 });
    expect(first?.body.length).toBe(1_000);
    expect(first?.droppedBytes).toBe(200_000 + 5 - 1_000);
    expect(second?.body.subarray(5).toString()).toBe('next');
  });

  it.each([
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 'MQTT_PROTOCOL'],
    ['a SUBACK that declares 256 MB', Buffer.from([0x90, 0xff, 0xff, 0xff, 0x7f]), 'MQTT_PACKET_TOO_LARGE']
  ])('ends the connection on %s', (_name, bytes, code) => {
    expect(() => read(bytes, [])).toThrowError(expect.objectContaining({ code }));
  });
});

describe('parsePublish', () => {
  it('answers any bytes with a packet or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(15), fc.constantFrom(4 as const, 5 as const), (bytes, flags, version) => {
        try {
          parsePublish({ header: 0x30 | flags, body: Buffer.from(bytes), droppedBytes: 0 }, version);
        } catch (error) {
          expect(error).toBeInstanceOf(LittoralError);
        }
      }),
      { numRuns: 2_000 }
    );
  });
});
