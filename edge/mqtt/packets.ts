import type { Frame } from './frame-reader';
import { malformed } from './malformed';
import { NO_PROPERTIES, propertiesEnd, PropertyId, readProperties, type Properties } from './properties';

/** MQTT control packet types that a client receives. */
export const PacketType = { connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, pubcomp: 7, suback: 9, unsuback: 11, pingresp: 13, disconnect: 14 } as const;

export type ProtocolVersion = 4 | 5;
export type Qos = 0 | 1 | 2;

export interface PublishPacket {
  /** Empty when the broker sends an alias in its place. */
  readonly topic: string;
  readonly properties: Properties;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly dup: boolean;
  readonly retain: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
  /** Payload bytes that were let go because the packet was too large. */
  readonly droppedBytes: number;
}

/** A PUBLISH packet. Throws `MQTT_PROTOCOL`. */
export function parsePublish(frame: Frame, version: ProtocolVersion): PublishPacket {
  const { header, body } = frame;
  const qos = (header >> 1) & 3;
  if (qos === 3) throw malformed('PUBLISH with QoS 3');
  if (body.length < 2) throw malformed(`PUBLISH of ${body.length} bytes`);
  const topicEnd = 2 + body.readUInt16BE(0);
  let at = topicEnd;
  let packetId = 0;
  if (qos > 0) {
    if (body.length < at + 2) throw malformed('PUBLISH ends before its packet id');
    packetId = body.readUInt16BE(at);
    if (packetId === 0) throw malformed('PUBLISH with packet id 0');
    at += 2;
  }
  let properties = NO_PROPERTIES;
  if (version === 5 && frame.droppedBytes > 0 && propertiesEnd(body, at) > body.length) at = body.length;
  else if (version === 5) ({ properties, end: at } = readProperties(body, at));
  if (body.length < at) throw malformed('PUBLISH ends before its payload');
  return {
    properties,
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.subarray(at),
    qos: qos as Qos,
    dup: (header & 8) !== 0,
    retain: (header & 1) !== 0,
    packetId,
    droppedBytes: frame.droppedBytes
  };
}

/** Packet id and reason code of PUBACK, PUBREC, PUBREL, PUBCOMP. */
export function parseAck(frame: Frame): { readonly packetId: number; readonly code: number } {
  if (frame.body.length < 2) throw malformed(`acknowledgement of ${frame.body.length} bytes`);
  return { packetId: frame.body.readUInt16BE(0), code: frame.body[2] ?? 0 };
}

/** Reason codes of SUBACK or UNSUBACK, one per filter. */
export function parseReasonCodes(frame: Frame, version: ProtocolVersion): { readonly packetId: number; readonly codes: readonly number[] } {
  if (frame.body.length < 2) throw malformed(`subscription answer of ${frame.body.length} bytes`);
  const at = version === 5 ? readProperties(frame.body, 2).end : 2;
  return { packetId: frame.body.readUInt16BE(0), codes: [...frame.body.subarray(at)] };
}

/** What a broker grants to one connection (CONNACK of MQTT 5); MQTT 3.1.1 knows no limits. */
export interface BrokerLimits {
  /** Messages that may be unacknowledged on their way to the broker. */
  readonly receiveMax: number;
  /** Topics that may be sent as a number. */
  readonly topicAliasMax: number;
  readonly qosMax: Qos;
  readonly packetBytesMax: number;
  /** How long the session is kept after the connection ends; `null`: as long as asked for. */
  readonly sessionExpiryS: number | null;
  /** In place of the keepalive that was asked for; `null`: that one. */
  readonly keepaliveS: number | null;
  readonly retain: boolean;
  readonly sharedSubscriptions: boolean;
}

/** CONNACK; brokers that refuse a protocol version answer in the form of 3.1.1. */
export function parseConnack(frame: Frame): { readonly sessionPresent: boolean; readonly code: number; readonly limits: BrokerLimits } {
  const [flags, code] = frame.body;
  if (flags === undefined || code === undefined) throw malformed(`CONNACK of ${frame.body.length} bytes`);
  const { numbers } = frame.body.length > 2 ? readProperties(frame.body, 2).properties : NO_PROPERTIES;
  return {
    sessionPresent: (flags & 1) === 1,
    code,
    limits: {
      receiveMax: numbers.get(PropertyId.receiveMaximum) ?? 65_535,
      topicAliasMax: numbers.get(PropertyId.topicAliasMaximum) ?? 0,
      qosMax: (numbers.get(PropertyId.maximumQos) ?? 2) as Qos,
      packetBytesMax: numbers.get(PropertyId.maximumPacketSize) ?? Infinity,
      sessionExpiryS: numbers.get(PropertyId.sessionExpiryInterval) ?? null,
      keepaliveS: numbers.get(PropertyId.serverKeepAlive) ?? null,
      retain: numbers.get(PropertyId.retainAvailable) !== 0,
      sharedSubscriptions: numbers.get(PropertyId.sharedSubscriptionAvailable) !== 0
    }
  };
}

/** An acknowledgement as bytes; reason code 0 needs no further byte in either protocol version. */
export function encodeAck(type: 4 | 5 | 6 | 7, packetId: number): Buffer {
  return Buffer.from([(type << 4) | (type === PacketType.pubrel ? 2 : 0), 2, packetId >> 8, packetId & 0xff]);
}

export const PINGREQ = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);
