import net from 'node:net';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';

const V5 = { protocolVersion: 5 };

/** A bare MQTT 5 connection: what it costs is the same for every system that is measured. */
export interface MqttLine {
  send(packet: Packet): void;
  write(bytes: Buffer): void;
  end(): void;
}

/** Resolves when the broker accepts; `onPacket` gets everything after that. */
export function openLine(port: number, clientId: string, onPacket: (packet: Packet) => void): Promise<MqttLine> {
  return new Promise((done, fail) => {
    const socket = net.connect(port, '127.0.0.1');
    const reader = parser(V5);
    const connect: IConnectPacket = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId, clean: true, keepalive: 0 };
    const line: MqttLine = { send: packet => void socket.write(generate(packet, V5)), write: bytes => void socket.write(bytes), end: () => socket.end(generate({ cmd: 'disconnect' }, V5)) };
    socket.setNoDelay(true);
    socket.on('error', fail);
    socket.on('data', bytes => reader.parse(bytes));
    reader.on('error', fail);
    reader.on('packet', packet => (packet.cmd === 'connack' ? done(line) : onPacket(packet)));
    line.send(connect);
  });
}
