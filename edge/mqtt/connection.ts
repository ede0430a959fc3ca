import { generate, type IConnectPacket } from 'mqtt-packet';
import { assert, LittoralError } from '../../engine/error';
import { repeat, type Env, type Socket, type Timer } from '../env/env';
import type { BrokerAddress, BrokerSettings } from './broker-settings';
import { lost, refusal, socketFailure } from './failure';
import { FrameReader, type Frame } from './frame-reader';
import { DISCONNECT, PacketType, PINGREQ, parseConnack, type BrokerLimits, type ProtocolVersion, type Qos } from './packets';

export interface ConnectionOptions {
  readonly env: Env;
  readonly address: BrokerAddress;
  readonly settings: BrokerSettings;
  readonly version: ProtocolVersion;
  readonly clientId: string;
  /** false: the broker keeps subscriptions and unacknowledged messages while the client is away. */
  readonly clean: boolean;
  readonly packetBytesMax: number;
  /** Topics that the broker may send as numbers. */
  readonly topicAliasMax: number;
  readonly will?: Will;
  readonly onConnected: (session: { readonly present: boolean; readonly limits: BrokerLimits }) => void;
  readonly onFrame: (frame: Frame) => void;
  /** The socket takes more again. */
  readonly onDrain?: () => void;
  /** Called once, also when the connection was never made. */
  readonly onClosed: (reason: LittoralError) => void;
}

/** What the broker publishes for a client that has gone without a word. */
export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** How long a broker is asked to keep a session, unless the settings say otherwise. */
export const SESSION_EXPIRY_S = 7 * 24 * 3600;
const KEPT_BYTES = 64 * 1024;
const END_TIMEOUT_MS = 1_000;

/** One TCP or TLS connection to a broker, from CONNECT to its end. It is never used again afterwards. */
export class Connection {
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private keepaliveMs: number;
  private timer: Timer;
  private ending: Timer | null = null;
  private connected = false;
  private closed = false;
  private paused = false;
  private lastReceivedMs: number;
  private failure: LittoralError | null = null;

  constructor(private readonly options: ConnectionOptions) {
    const { env, address, settings } = options;
    this.lastReceivedMs = env.monotonicMs();
    this.keepaliveMs = (settings.keepaliveS ?? 30) * 1_000;
    this.reader = new FrameReader({ packetBytesMax: options.packetBytesMax, keepBytes: Math.min(KEPT_BYTES, options.packetBytesMax) }, frame => this.take(frame));
    this.timer = env.setTimer(CONNECT_TIMEOUT_MS, () => this.fail(lost(address.label, `no CONNACK within ${CONNECT_TIMEOUT_MS / 1_000} s`, 'Check that an MQTT broker listens there')));
    this.socket = env.connect(
      { host: address.host, port: address.port, tls: address.secure ? (settings.tls ?? {}) : null },
      {
        opened: () => this.socket.write(this.connectPacket()),
        received: bytes => this.receive(bytes),
        drained: () => options.onDrain?.(),
        failed: error => this.fail(socketFailure(address.label, error, address.secure)),
        closed: () => this.finish()
      }
    );
  }

  /** Whether the broker accepted the connection. */
  get answered(): boolean {
    return this.connected;
  }

  /** Whether the socket asks its writer to wait. */
  get congested(): boolean {
    return this.socket.writableNeedDrain;
  }

  send(bytes: Uint8Array): void {
    if (!this.closed && this.ending === null) this.socket.write(bytes);
  }

  /** Stops or resumes reading: the broker then feels the back-pressure. Keepalive goes on by itself. */
  setPaused(paused: boolean): void {
    this.paused = paused;
    if (paused) this.socket.pause();
    else {
      this.lastReceivedMs = this.options.env.monotonicMs();
      this.socket.resume();
    }
  }

  /** Says goodbye and closes; the session stays at the broker when it was asked for. */
  end(): void {
    if (this.closed || this.ending !== null) return;
    if (this.connected) this.socket.end(DISCONNECT);
    else this.socket.destroy();
    this.socket.resume();
    this.ending = this.options.env.setTimer(END_TIMEOUT_MS, () => this.socket.destroy());
  }

  private connectPacket(): Buffer {
    const { address, settings, clientId, clean, version, will } = this.options;
    const packet: IConnectPacket = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: version,
      clientId,
      clean,
      keepalive: this.keepaliveMs / 1_000,
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: Buffer.from(address.password) }),
      ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload) } }),
      ...(version === 5 ? { properties: this.connectProperties() } : {})
    };
    assert(settings.keepaliveS === undefined || settings.keepaliveS <= 65_535, 'keepalive fits two bytes');
    return generate(packet, { protocolVersion: version });
  }

  private connectProperties(): IConnectPacket['properties'] {
    const { settings, clean, packetBytesMax, topicAliasMax } = this.options;
    return {
      sessionExpiryInterval: clean ? 0 : (settings.sessionExpiryS ?? SESSION_EXPIRY_S),
      maximumPacketSize: packetBytesMax,
      ...(settings.receiveMax === undefined ? {} : { receiveMaximum: settings.receiveMax }),
      ...(topicAliasMax === 0 ? {} : { topicAliasMaximum: topicAliasMax })
    };
  }

  private receive(bytes: Buffer): void {
    this.lastReceivedMs = this.options.env.monotonicMs();
    try {
      this.reader.push(bytes);
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      this.fail(error);
    }
  }

  private take(frame: Frame): void {
    if (this.closed || this.failure !== null) return;
    const type = frame.header >> 4;
    if (!this.connected) {
      if (type !== PacketType.connack) return this.fail(lost(this.options.address.label, `the first packet has type ${type}, expected CONNACK`, 'Check that an MQTT broker listens there'));
      const { sessionPresent, code, limits } = parseConnack(frame);
      if (code !== 0) return this.fail(refusal(this.options.address.label, code));
      this.connected = true;
      this.timer.cancel();
      if (limits.keepaliveS !== null && limits.keepaliveS > 0) this.keepaliveMs = limits.keepaliveS * 1_000;
      this.timer = repeat(this.options.env, this.keepaliveMs / 2, () => this.keepAlive());
      return this.options.onConnected({ present: sessionPresent, limits });
    }
    if (type === PacketType.pingresp) return;
    if (type === PacketType.disconnect) return this.fail(refusal(this.options.address.label, frame.body[0] ?? 0));
    this.options.onFrame(frame);
  }

  private keepAlive(): void {
    const silentMs = this.options.env.monotonicMs() - this.lastReceivedMs;
    if (!this.paused && silentMs > 1.5 * this.keepaliveMs) {
      return this.fail(lost(this.options.address.label, `silent for ${Math.round(silentMs / 1_000)} s although asked to answer`, 'Check the network'));
    }
    this.send(PINGREQ);
  }

  private fail(reason: LittoralError): void {
    this.failure ??= reason;
    this.socket.destroy();
  }

  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    this.timer.cancel();
    this.ending?.cancel();
    const { address } = this.options;
    const seen = this.connected ? 'the broker closed the connection' : 'the broker closed the connection before CONNACK';
    this.options.onClosed(this.failure ?? lost(address.label, seen, 'Look at the log of the broker'));
  }
}
