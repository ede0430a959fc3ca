/** The packets of MQTT that the proofs look at, by the first four bits. */
export const PacketKind = { PUBLISH: 3, PUBACK: 4, PUBREC: 5, PUBREL: 6, PUBCOMP: 7 } as const;

/** Cuts the bytes of one direction of a connection into MQTT packets. */
export class FrameSplitter {
  private rest: Buffer = Buffer.alloc(0);

  push(bytes: Buffer, onFrame: (frame: Buffer) => void): void {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    for (;;) {
      const length = frameLength(this.rest);
      if (length === null || length > this.rest.length) return;
      onFrame(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
  }
}

/** What follows the remaining length. */
export function bodyOf(frame: Buffer): Buffer {
  let at = 1;
  while ((frame[at] ?? 0) >= 0x80) at++;
  return frame.subarray(at + 1);
}

/** The packet id of an acknowledgement. */
export function packetId(frame: Buffer): number {
  return bodyOf(frame).readUInt16BE(0);
}

function frameLength(bytes: Buffer): number | null {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const byte = bytes[index + 1];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return index + 2 + value;
  }
  throw new Error('no MQTT packet: its length has more than four bytes');
}
