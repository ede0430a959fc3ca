import { LittoralError } from '../../engine/error';

/** One MQTT control packet as it came: first byte and everything after the remaining length. */
export interface Frame {
  readonly header: number;
  readonly body: Buffer;
  /** Bytes that were not kept because the packet is larger than `packetBytesMax`; 0 for every ordinary packet. */
  readonly droppedBytes: number;
}

export interface FrameLimits {
  /** Larger PUBLISH packets keep only their first `keepBytes`; larger packets of other types end the connection. */
  readonly packetBytesMax: number;
  readonly keepBytes: number;
}

const EMPTY = Buffer.alloc(0);
const PUBLISH = 3;
const LENGTH_BYTES_MAX = 4;

/**
 * Cuts a byte stream into MQTT packets. The size is known from the fixed header, so a packet that is too large is never
 * buffered: its head is kept (topic, packet id and the beginning of the payload), the rest is counted and let go.
 */
export class FrameReader {
  /** Its first `pendingBytes` are the beginning of a packet; grows by doubling, so that a trickle costs no more than its bytes. */
  private pending: Buffer = EMPTY;
  private pendingBytes = 0;
  private neededBytes = 0;
  private large: { readonly header: number; readonly head: Buffer[]; headBytes: number; leftBytes: number; droppedBytes: number } | null = null;

  constructor(
    private readonly limits: FrameLimits,
    private readonly onFrame: (frame: Frame) => void
  ) {}

  push(bytes: Buffer): void {
    let chunk = bytes;
    if (this.pendingBytes > 0) {
      if (this.pendingBytes + chunk.length < this.neededBytes) return this.keep(chunk);
      chunk = Buffer.concat([this.pending.subarray(0, this.pendingBytes), chunk]);
      this.pending = EMPTY;
      this.pendingBytes = 0;
    }
    let at = 0;
    while (at < chunk.length) {
      const next = this.large === null ? this.readPacket(chunk, at) : this.skipLarge(chunk, at);
      if (next === at) {
        this.pending = chunk.subarray(at);
        this.pendingBytes = chunk.length - at;
        return;
      }
      at = next;
    }
  }

  private keep(piece: Buffer): void {
    const length = this.pendingBytes + piece.length;
    if (length > this.pending.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.neededBytes, 2 * length));
      this.pending.copy(grown, 0, 0, this.pendingBytes);
      this.pending = grown;
    }
    piece.copy(this.pending, this.pendingBytes);
    this.pendingBytes = length;
  }

  /** Position after the packet at `at`; `at` itself when bytes are missing, with `neededBytes` set. */
  private readPacket(chunk: Buffer, at: number): number {
    let length = 0;
    let position = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = chunk[position];
      if (byte === undefined) {
        this.neededBytes = position + 1 - at;
        return at;
      }
      length += (byte & 0x7f) * 2 ** shift;
      position++;
      if (byte < 0x80) break;
      if (position - at > LENGTH_BYTES_MAX) {
        throw new LittoralError('MQTT_PROTOCOL', 'mqtt packet: the remaining length has more than 4 bytes; expected an MQTT broker on this port. Check host and port.');
      }
    }
    const header = chunk[at] ?? 0;
    if (length > this.limits.packetBytesMax) {
      this.startLarge(header, length);
      return position;
    }
    if (chunk.length - position < length) {
      this.neededBytes = position + length - at;
      return at;
    }
    this.onFrame({ header, body: chunk.subarray(position, position + length), droppedBytes: 0 });
    return position + length;
  }

  private startLarge(header: number, length: number): void {
    if (header >> 4 !== PUBLISH) {
      throw new LittoralError(
        'MQTT_PACKET_TOO_LARGE',
        `mqtt packet of type ${header >> 4}: declares ${length} bytes; expected at most ${this.limits.packetBytesMax}. Check that an MQTT broker listens on this port.`
      );
    }
    this.large = { header, head: [], headBytes: 0, leftBytes: length, droppedBytes: 0 };
  }

  private skipLarge(chunk: Buffer, at: number): number {
    const large = this.large;
    if (large === null) return at;
    const taken = Math.min(chunk.length - at, large.leftBytes);
    const kept = Math.min(taken, this.limits.keepBytes - large.headBytes);
    if (kept > 0) {
      large.head.push(Buffer.from(chunk.subarray(at, at + kept)));
      large.headBytes += kept;
    }
    large.leftBytes -= taken;
    large.droppedBytes += taken - Math.max(0, kept);
    if (large.leftBytes === 0) {
      this.large = null;
      const body = Buffer.concat(large.head, large.headBytes);
      this.onFrame({ header: large.header, body, droppedBytes: large.droppedBytes });
    }
    return at + taken;
  }
}
