import { LittoralError } from '../../engine/error';
import type { Env, Timer } from '../env/env';
import { brokerAddress, renewed, type BrokerAddress, type BrokerSettings } from './broker-settings';
import { Connection, type Will } from './connection';
import type { Frame } from './frame-reader';
import type { BrokerLimits, ProtocolVersion } from './packets';

export type ClientState =
  | { readonly state: 'connecting'; readonly attempt: number; readonly error: string | null }
  | { readonly state: 'connected'; readonly protocol: ProtocolVersion; readonly sinceMs: number }
  | { readonly state: 'stopped' };

/** A connection that the broker has accepted. */
export interface Session {
  /** Whether the broker still knew this client. */
  readonly present: boolean;
  readonly protocol: ProtocolVersion;
  readonly limits: BrokerLimits;
}

export interface ClientOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  readonly clientId: string;
  readonly clean: boolean;
  /** Default 1 MiB. */
  readonly packetBytesMax?: number;
  /** Topics that the broker may send as numbers; default none. */
  readonly topicAliasMax?: number;
  /** Published by the broker when this client goes without a word. */
  readonly will?: Will;
  readonly onConnected: (session: Session) => void;
  readonly onFrame: (frame: Frame, protocol: ProtocolVersion) => void;
  /** The connection is gone or could not be made; another is tried after `retryMs`. */
  readonly onDown: (reason: LittoralError, retryMs: number) => void;
  readonly onDrain?: () => void;
}

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 30_000;
const RETRY_UNAUTHORISED_MS = 60_000;

/** A connection that is made again whenever it is lost, with a growing, jittered pause. */
export class MqttClient {
  private readonly address: BrokerAddress;
  private connection: Connection | null = null;
  private retry: Timer | null = null;
  private version: ProtocolVersion;
  /** The broker has accepted MQTT 5 before: ending a connection early is no sign that it does not speak it. */
  private knowsFive = false;
  private attempt = 0;
  private stopping: (() => void) | null = null;
  private ended: Promise<void> | null = null;
  private paused = false;
  private current: ClientState = { state: 'stopped' };

  /** Throws `BROKER_URL`. */
  constructor(private readonly options: ClientOptions) {
    this.address = brokerAddress(options.settings);
    this.version = options.settings.protocol === 4 ? 4 : 5;
  }

  get state(): ClientState {
    return this.current;
  }

  get url(): string {
    return this.address.label;
  }

  get congested(): boolean {
    return this.connection?.congested ?? true;
  }

  start(): void {
    this.connect(null);
  }

  /** Resolves when the socket is closed. */
  stop(): Promise<void> {
    this.retry?.cancel();
    this.retry = null;
    this.current = { state: 'stopped' };
    const { connection } = this;
    if (connection === null) return Promise.resolve();
    this.ended ??= new Promise(done => {
      this.stopping = done;
      connection.end();
    });
    return this.ended;
  }

  /** Writes to a connection that the broker has accepted; what is for a former one means nothing on the next. */
  send(bytes: Uint8Array): void {
    if (this.current.state === 'connected') this.connection?.send(bytes);
  }

  setPaused(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    if (this.current.state === 'connected') this.connection?.setPaused(paused);
  }

  private connect(error: string | null): void {
    this.retry = null;
    this.attempt++;
    this.current = { state: 'connecting', attempt: this.attempt, error };
    const { version } = this;
    let settings: BrokerSettings;
    try {
      settings = renewed(this.options.settings);
    } catch (reason) {
      if (!(reason instanceof LittoralError)) throw reason;
      return this.closed(reason);
    }
    this.connection = new Connection({
      env: this.options.env,
      address: brokerAddress(settings),
      settings,
      version,
      clientId: this.options.clientId,
      clean: this.options.clean,
      packetBytesMax: this.options.packetBytesMax ?? 1 << 20,
      topicAliasMax: this.options.topicAliasMax ?? 0,
      will: this.options.will,
      onConnected: ({ present, limits }) => {
        this.attempt = 0;
        if (version === 5) this.knowsFive = true;
        this.current = { state: 'connected', protocol: version, sinceMs: this.options.env.nowMs() };
        if (this.paused) this.connection?.setPaused(true);
        this.options.onConnected({ present, protocol: version, limits });
      },
      onFrame: frame => this.options.onFrame(frame, version),
      onDrain: this.options.onDrain,
      onClosed: reason => this.closed(reason)
    });
  }

  private closed(reason: LittoralError): void {
    const answered = this.connection?.answered === true;
    this.connection = null;
    if (this.stopping !== null) return this.stopping();
    if (this.current.state === 'stopped') return;
    const refused = reason.details['wrongVersion'] === true;
    const auto = (this.options.settings.protocol ?? 'auto') === 'auto';
    if (auto && !answered && (refused || isEarlyEnd(reason))) this.version = this.version === 5 && (refused || !this.knowsFive) ? 4 : 5;
    const retryMs = refused && auto && this.version === 4 && this.attempt <= 1 ? 0 : this.retryMs(reason);
    this.current = { state: 'connecting', attempt: this.attempt, error: reason.message };
    this.retry = this.options.env.setTimer(retryMs, () => this.connect(reason.message));
    if (retryMs > 0) this.options.onDown(reason, retryMs);
  }

  private retryMs(reason: LittoralError): number {
    if (reason.details['unauthorised'] === true) return RETRY_UNAUTHORISED_MS;
    const ceiling = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(this.attempt, 10));
    return Math.round(ceiling * (0.5 + this.options.env.random() / 2));
  }
}

/** Some brokers drop a CONNECT of a version that they do not know instead of refusing it. */
function isEarlyEnd(reason: LittoralError): boolean {
  return reason.code === 'MQTT_UNREACHABLE' && reason.details['layer'] === 'mqtt';
}
