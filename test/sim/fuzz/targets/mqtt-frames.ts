import { generate, type Packet } from 'mqtt-packet';
import { LittoralError } from '../../../../engine/error';
import { FrameReader, type Frame } from '../../../../edge/mqtt/frame-reader';
import { PacketType, parseAck, parseConnack, parsePublish, parseReasonCodes } from '../../../../edge/mqtt/packets';
import { IncomingAliases } from '../../../../edge/mqtt/topic-aliases';
import { joined } from '../mutate';
import type { FuzzTarget } from '../target';

const PACKET_BYTES_MAX = 1 << 16;
const KEEP_BYTES = 1 << 10;
const properties = { topicAlias: 3, messageExpiryInterval: 60, contentType: 'application/json', responseTopic: 'a/b', correlationData: Buffer.from('c'), userProperties: { 'littoral-id': 'p/1/out/7', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', a: ['b', 'c'] } };
const PACKETS: readonly Packet[] = [
  { cmd: 'publish', topic: 'plant/d1/vib', payload: '{"value":1}', qos: 0, dup: false, retain: false },
  { cmd: 'publish', topic: 'plant/d1/vib', payload: Buffer.alloc(300, 7), qos: 1, messageId: 17, dup: true, retain: true, properties },
  { cmd: 'publish', topic: '', payload: 'x', qos: 2, messageId: 65_535, dup: false, retain: false, properties: { topicAlias: 3 } },
  { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: true, properties: { receiveMaximum: 20, maximumQoS: 1, retainAvailable: false, maximumPacketSize: 4_096, topicAliasMaximum: 5, reasonString: 'so', serverKeepAlive: 10, sessionExpiryInterval: 3_600, assignedClientIdentifier: 'c', userProperties: { a: 'b' } } },
  { cmd: 'connack', returnCode: 5, reasonCode: 0x87, sessionPresent: false },
  { cmd: 'suback', messageId: 1, granted: [0, 1, 2, 0x80], properties: { reasonString: 'why' } },
  { cmd: 'unsuback', messageId: 2, granted: [0, 17] },
  { cmd: 'puback', messageId: 9, reasonCode: 0x10, properties: { reasonString: 'none' } },
  { cmd: 'pubrec', messageId: 9 },
  { cmd: 'pubrel', messageId: 9 },
  { cmd: 'pubcomp', messageId: 9, reasonCode: 0x92 },
  { cmd: 'pingresp' },
  { cmd: 'disconnect', reasonCode: 0x8b, properties: { serverReference: 'other:1883' } }
];

/** Everything that a broker sends, as bytes of both protocol versions. */
export function brokerPackets(): Buffer[] {
  return PACKETS.flatMap(packet => [5, 4].map(protocolVersion => generate(packet, { protocolVersion })));
}

/** The agent's frame reader and every parser behind it; each stream comes in pieces and is followed by a packet in order. */
export function mqttFrames(): FuzzTarget {
  const packets = brokerPackets();
  const last = packets[0] ?? Buffer.alloc(0);
  return {
    seeds: [...packets, ...packets.map((packet, index) => joined(packet, packets[(index * 7 + 3) % packets.length] ?? packet))],
    words: [Uint8Array.of(0xff, 0xff, 0xff, 0x7f), Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x01), Uint8Array.of(0x26, 0, 1, 0x61, 0, 1, 0x62)],
    take(input) {
      let [parsed, malformed, frames] = [0, 0, 0];
      const aliases = new IncomingAliases();
      const reader = new FrameReader({ packetBytesMax: PACKET_BYTES_MAX, keepBytes: KEEP_BYTES }, frame => {
        frames++;
        if (frame.body.length > PACKET_BYTES_MAX) throw new Error(`frame of ${frame.body.length} bytes passed the limit of ${PACKET_BYTES_MAX}`);
        for (const version of [4, 5] as const) {
          if (typed(() => parse(frame, version, aliases))) parsed++;
          else malformed++;
        }
      });
      const step = 1 + (input.length % 13);
      const open = typed(() => {
        for (let at = 0; at < input.length; at += step) reader.push(Buffer.from(input.subarray(at, at + step)));
        reader.push(last);
      });
      if (!open) return 'connection ended';
      if (frames === 0) return 'waits for more';
      return parsed === 0 ? 'malformed' : malformed === 0 ? 'parsed' : 'parsed in one version';
    }
  };
}

function parse(frame: Frame, version: 4 | 5, aliases: IncomingAliases): void {
  switch (frame.header >> 4) {
    case PacketType.publish:
      return void aliases.resolve(parsePublish(frame, version));
    case PacketType.connack:
      return void parseConnack(frame);
    case PacketType.suback:
    case PacketType.unsuback:
      return void parseReasonCodes(frame, version);
    case PacketType.puback:
    case PacketType.pubrec:
    case PacketType.pubrel:
    case PacketType.pubcomp:
      return void parseAck(frame);
  }
}

/** Whether `body` ends without the error that closes a connection; any other error passes. */
function typed(body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (error instanceof LittoralError && error.code.startsWith('MQTT_')) return false;
    throw error;
  }
}
