import fc from 'fast-check';
import { generate, type IConnackPacket, type IPublishPacket } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { FrameReader, type Frame } from '../../../edge/mqtt/frame-reader';
import { parseConnack, parsePublish } from '../../../edge/mqtt/packets';
import { PropertyId } from '../../../edge/mqtt/properties';

function frameOf(packet: IPublishPacket | IConnackPacket, limits = { packetBytesMax: 1 << 20, keepBytes: 1 << 16 }): Frame {
  let frame: Frame | undefined;
  new FrameReader(limits, each => (frame = each)).push(generate(packet, { protocolVersion: 5 }));
  if (frame === undefined) throw new Error('no frame');
  return frame;
}
const publish = (properties: IPublishPacket['properties'], payload = 'x'): IPublishPacket => ({ cmd: 'publish', topic: 't', payload, qos: 1, dup: false, retain: false, messageId: 7, properties });

describe('properties of MQTT 5', () => {
  it('are read as another implementation writes them', () => {
    const words = fc.stringMatching(/^[a-zäö0-9 ]{1,20}$/);
    const properties = fc.record(
      {
        payloadFormatIndicator: fc.boolean(),
        messageExpiryInterval: fc.nat(2 ** 31),
        topicAlias: fc.integer({ min: 1, max: 65_535 }),
        responseTopic: words,
        correlationData: fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes)),
        contentType: words,
        userProperties: fc.dictionary(words, words, { minKeys: 1, maxKeys: 8 })
      },
      { requiredKeys: [] }
    );
    fc.assert(
      fc.property(properties, fc.string(), (given, payload) => {
        const seen = parsePublish(frameOf(publish({ ...given, ...(given.userProperties === undefined ? {} : { userProperties: { ...given.userProperties } }) }, payload)), 5);
        expect(seen.payload.toString('utf8')).toBe(Buffer.from(payload).toString('utf8'));
        expect(Object.fromEntries(seen.properties.userProperties)).toEqual({ ...given.userProperties });
        expect(seen.properties.numbers.get(PropertyId.topicAlias)).toBe(given.topicAlias);
      }),
      { numRuns: 300 }
    );
  });

  it('keep some of twenty thousand user properties and the payload', () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_none, index) => [`k${index}`, 'v']));
    const seen = parsePublish(frameOf(publish({ userProperties: many }, 'the payload'), { packetBytesMax: 4 << 20, keepBytes: 1 << 16 }), 5);
    expect(seen.payload.toString()).toBe('the payload');
    expect(seen.properties.userProperties).toHaveLength(32);
  });

  it('do not end the connection when a packet that is too large was cut within them', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_none, index) => [`k${index}`, 'v']));
    const frame = frameOf(publish({ userProperties: many }), { packetBytesMax: 50_000, keepBytes: 1_000 });
    expect(frame.droppedBytes).toBeGreaterThan(0);
    expect(parsePublish(frame, 5)).toMatchObject({ topic: 't', packetId: 7, payload: Buffer.alloc(0) });
  });

  it('tell what a broker grants', () => {
    const granted = parseConnack(frameOf({ cmd: 'connack', reasonCode: 0, sessionPresent: true, properties: { receiveMaximum: 20, topicAliasMaximum: 10, maximumQoS: 1, sessionExpiryInterval: 60, serverKeepAlive: 5, maximumPacketSize: 1_000, retainAvailable: false, sharedSubscriptionAvailable: false } }));
    expect(granted).toEqual({ sessionPresent: true, code: 0, limits: { receiveMax: 20, topicAliasMax: 10, qosMax: 1, packetBytesMax: 1_000, sessionExpiryS: 60, keepaliveS: 5, retain: false, sharedSubscriptions: false } });
    expect(parseConnack({ header: 0x20, body: Buffer.from([0, 0]), droppedBytes: 0 }).limits).toMatchObject({ receiveMax: 65_535, topicAliasMax: 0, qosMax: 2, retain: true, sharedSubscriptions: true });
  });
});
