import net from 'node:net';
import { bodyOf, FrameSplitter, packetId, PacketKind } from './frame-splitter';

/** A door in front of a broker that notes which messages its client has acknowledged. */
export class AckTap {
  /** `topic n` of every message that was acknowledged by PUBACK or PUBREC. */
  readonly acknowledged = new Set<string>();
  /** Acknowledgements, those of repetitions included. */
  acks = 0;
  /** Messages that the broker sent. */
  delivered = 0;
  private readonly sockets = new Set<net.Socket>();
  private constructor(
    private readonly server: net.Server,
    readonly url: string
  ) {}

  static async open(brokerPort: number): Promise<AckTap> {
    const server = net.createServer();
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const tap = new AckTap(server, `mqtt://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`);
    server.on('connection', client => tap.join(client, net.connect(brokerPort, '127.0.0.1')));
    return tap;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>(done => this.server.close(() => done()));
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: net.Socket, broker: net.Socket): void {
    const open = new Map<number, string>();
    const down = new FrameSplitter();
    const up = new FrameSplitter();
    broker.on('data', bytes => {
      down.push(bytes, frame => this.sent(frame, open));
      client.write(bytes);
    });
    client.on('data', bytes => {
      up.push(bytes, frame => this.answered(frame, open));
      broker.write(bytes);
    });
    for (const [socket, other] of [[client, broker], [broker, client]] as const) {
      this.sockets.add(socket.setNoDelay(true));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }

  private sent(frame: Buffer, open: Map<number, string>): void {
    const header = frame[0] ?? 0;
    if (header >> 4 !== PacketKind.PUBLISH || (header & 6) === 0) return;
    const body = bodyOf(frame);
    const topicEnd = 2 + body.readUInt16BE(0);
    const number = /"n":(\d+)/.exec(body.toString('latin1', topicEnd))?.[1];
    if (number === undefined) return;
    this.delivered++;
    open.set(body.readUInt16BE(topicEnd), `${body.toString('utf8', 2, topicEnd)} ${number}`);
  }

  private answered(frame: Buffer, open: Map<number, string>): void {
    const type = (frame[0] ?? 0) >> 4;
    if (type !== PacketKind.PUBACK && type !== PacketKind.PUBREC) return;
    const message = open.get(packetId(frame));
    if (message === undefined) return;
    this.acks++;
    this.acknowledged.add(message);
  }
}
