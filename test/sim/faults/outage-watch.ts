import net from 'node:net';
import { generate } from 'mqtt-packet';
import { bodyOf, FrameSplitter, PacketKind } from './frame-splitter';

/** Counts effects by their number and notes when they come, for more of them than texts would fit into memory. */
export class OutageWatch {
  /** How often each number has come. */
  private times = new Uint8Array(1 << 20);
  private readonly newestMs = new Map<string, number>();
  /** Different effects. */
  received = 0;
  repeated = 0;
  /** Effects older than one of the same device that came before. */
  outOfOrder = 0;
  /** Called with the event time of each new effect. */
  onEffect: (tMs: number) => void = () => undefined;

  private constructor(private readonly socket: net.Socket) {}

  static connect(port: number): Promise<OutageWatch> {
    const socket = net.connect(port, '127.0.0.1').setNoDelay(true);
    const watch = new OutageWatch(socket);
    const splitter = new FrameSplitter();
    socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: `outage-${process.pid}-${port}`, clean: true, keepalive: 0 }, { protocolVersion: 5 }));
    socket.on('error', () => socket.destroy());
    return new Promise(done => {
      socket.on('data', bytes => {
        const acks: Buffer[] = [];
        splitter.push(bytes, frame => {
          const type = (frame[0] ?? 0) >> 4;
          if (type === 2) socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'out/#', qos: 1 }] }, { protocolVersion: 5 }));
          else if (type === 9) done(watch);
          else if (type === PacketKind.PUBLISH) acks.push(watch.take(frame));
        });
        if (acks.length > 0) socket.write(Buffer.concat(acks));
      });
    });
  }

  /** Numbers below `count` that have not come. */
  missing(count: number): number {
    let missing = 0;
    for (let number = 0; number < count; number++) if ((this.times[number] ?? 0) === 0) missing++;
    return missing;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Notes an effect and gives its acknowledgement. */
  private take(frame: Buffer): Buffer {
    const body = bodyOf(frame);
    const topicEnd = 2 + body.readUInt16BE(0);
    const nameAt = body.indexOf('littoral-id', topicEnd, 'latin1') + 'littoral-id'.length;
    const idEnd = nameAt + 2 + body.readUInt16BE(nameAt);
    const id = body.toString('latin1', nameAt + 2, idEnd);
    const tMs = Number(/"tMs":(\d+)/.exec(body.toString('latin1', idEnd))?.[1]);
    this.note(Number(id.slice(id.lastIndexOf('/') + 1)), body.toString('latin1', 2, topicEnd), tMs);
    return Buffer.from([PacketKind.PUBACK << 4, 2, body[topicEnd] ?? 0, body[topicEnd + 1] ?? 0]);
  }

  private note(number: number, topic: string, tMs: number): void {
    while (number >= this.times.length) {
      const larger = new Uint8Array(2 * this.times.length);
      larger.set(this.times);
      this.times = larger;
    }
    const before = this.times[number] ?? 0;
    this.times[number] = Math.min(255, before + 1);
    if (before > 0) return void this.repeated++;
    this.received++;
    if (tMs < (this.newestMs.get(topic) ?? -Infinity)) this.outOfOrder++;
    else this.newestMs.set(topic, tMs);
    this.onEffect(tMs);
  }
}
