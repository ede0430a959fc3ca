import { LittoralError } from '../../engine/error';
import type { Frame } from './frame-reader';

/** MQTT control packet types that a client receives. */
export const PacketType = { connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, pubcomp: 7, suback: 9, unsuback: 11, pingresp: 13, disconnect: 14 } as const;

export type ProtocolVersion = 4 | 5;
export type Qos = 0 | 1 | 2;

export interface PublishPacket {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly dup: boolean;
  readonly retain: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
  /** Payload bytes that were let go because the packet was too large. */
  readonly droppedBytes: number;
}

function malformed(what: string): LittoralError {
  return new LittoralError('MQTT_PROTOCOL', `mqtt packet: ${what}; expected a packet of MQTT 3.1.1 or 5. The connection is closed and made again.`);
}

/** A PUBLISH packet; the properties of MQTT 5 are skipped. */
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
  if (version === 5) at = skipProperties(body, at);
  if (body.length < at) throw malformed('PUBLISH ends before its payload');
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.subarray(at),
    qos: qos as Qos,
    dup: (header & 8) !== 0,
    retain: (header & 1) !== 0,
    packetId,
    droppedBytes: frame.droppedBytes
  };
}

function skipProperties(body: Buffer, start: number): number {
  let length = 0;
  let at = start;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = body[at++];
    if (byte === undefined) throw malformed('packet ends before its properties');
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return at + length;
  }
  throw malformed('properties with a length of more than 4 bytes');
}

/** Packet id and reason code of PUBACK, PUBREC, PUBREL, PUBCOMP. */
export function parseAck(frame: Frame): { readonly packetId: number; readonly code: number } {
  if (frame.body.length < 2) throw malformed(`acknowledgement of ${frame.body.length} bytes`);
  return { packetId: frame.body.readUInt16BE(0), code: frame.body[2] ?? 0 };
}

/** Reason codes of SUBACK or UNSUBACK, one per filter. */
export function parseReasonCodes(frame: Frame, version: ProtocolVersion): { readonly packetId: number; readonly codes: readonly number[] } {
  if (frame.body.length < 2) throw malformed(`subscription answer of ${frame.body.length} bytes`);
  const at = version === 5 ? skipProperties(frame.body, 2) : 2;
  return { packetId: frame.body.readUInt16BE(0), codes: [...frame.body.subarray(at)] };
}

/** CONNACK; brokers that refuse a protocol version answer in the form of 3.1.1. */
export function parseConnack(frame: Frame): { readonly sessionPresent: boolean; readonly code: number } {
  const [flags, code] = frame.body;
  if (flags === undefined || code === undefined) throw malformed(`CONNACK of ${frame.body.length} bytes`);
  return { sessionPresent: (flags & 1) === 1, code };
}

/** An acknowledgement as bytes; reason code 0 needs no further byte in either protocol version. */
export function encodeAck(type: 4 | 5 | 6 | 7, packetId: number): Buffer {
  return Buffer.from([(type << 4) | (type === PacketType.pubrel ? 2 : 0), 2, packetId >> 8, packetId & 0xff]);
}

export const PINGREQ = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);
