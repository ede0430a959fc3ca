import { connect } from 'mqtt-unbundled';
import type { Connack, MqttClient, Packet } from 'mqtt-unbundled';
import { toHex } from '../../engine/codec/sha256';
import { LittoralError } from '../../engine/error';
import type { ConnectionSettings } from '../protocol';
import { CoalescingSocket } from './coalescing-socket';
import type { SocketLike } from './coalescing-socket';
import { connectionError } from './failure';
import type { Failure } from './failure';
import type { MqttMessage, MqttSession, MqttTransport, ProtocolVersion, SessionHandlers } from './mqtt-transport';

const CONNECT_TIMEOUT_MS = 10_000;
const PACKET_BYTES_MAX = 16 * 1024 * 1024;

/** MQTT over the browser's WebSocket, by mqtt.js with its own reconnect, queues and re-subscribe switched off. */
export function webSocketTransport(): MqttTransport {
  return {
    async open(settings, version, handlers) {
      const url = parseBrokerUrl(settings);
      const attempt = new Attempt(settings, url, version, handlers);
      return await attempt.session;
    }
  };
}

function parseBrokerUrl(settings: ConnectionSettings): URL {
  let url: URL;
  try {
    url = new URL(settings.url);
  } catch {
    throw connectionError(settings, { layer: 'url' });
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw connectionError(settings, { layer: 'url', seen: `scheme ${url.protocol}//` });
  if (url.username !== '' || url.password !== '') throw connectionError({ ...settings, url: `${url.protocol}//${url.host}` }, { layer: 'url', seen: 'user name or password inside the URL' });
  return url;
}

class Attempt {
  readonly session: Promise<MqttSession>;
  private readonly client: MqttClient;
  private socketOpened = false;
  private closed = false;
  private refusal: Failure | null = null;
  private lastWords = '';
  private connected: MqttSession | null = null;
  private resolve: (session: MqttSession) => void = () => undefined;
  private reject: (error: LittoralError) => void = () => undefined;

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly url: URL,
    private readonly version: ProtocolVersion,
    private readonly handlers: SessionHandlers
  ) {
    this.session = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.client = this.connect();
    this.client
      .on('connect', connack => this.onConnect(connack))
      .on('message', (topic, payload, packet) => handlers.onMessage(toMessage(topic, payload, packet)))
      .on('disconnect', packet => (this.lastWords = `DISCONNECT with reason code ${packet.reasonCode ?? 0}`))
      .on('error', error => this.onError(error))
      .on('close', () => void this.onClose());
  }

  private connect(): MqttClient {
    const secure = this.url.protocol === 'wss:';
    const { username, password, keepaliveSeconds = 30 } = this.settings;
    try {
      return connect({
        protocol: secure ? 'wss' : 'ws',
        hostname: this.url.hostname,
        port: this.url.port === '' ? (secure ? 443 : 80) : Number(this.url.port),
        path: `${this.url.pathname}${this.url.search}`,
        clientId: this.settings.clientId ?? `littoral-${randomHex(6)}`,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        keepalive: keepaliveSeconds,
        protocolVersion: this.version,
        ...(this.version === 5 ? { properties: { maximumPacketSize: PACKET_BYTES_MAX } } : {}),
        clean: true,
        reconnectPeriod: 0,
        connectTimeout: CONNECT_TIMEOUT_MS,
        queueQoSZero: false,
        resubscribe: false,
        timerVariant: 'native',
        browserBufferSize: 1024 * 1024,
        browserBufferTimeout: 10,
        forceNativeWebSocket: true,
        createWebsocket: (_url, protocols) => this.openSocket(protocols)
      });
    } catch (error) {
      throw connectionError(this.settings, { layer: 'url', seen: error instanceof Error ? error.message : String(error) });
    }
  }

  private openSocket(protocols: string[]): SocketLike {
    const socket = new WebSocket(this.url.href, protocols);
    socket.addEventListener('open', () => (this.socketOpened = true));
    socket.addEventListener('close', event => {
      if (this.lastWords === '') this.lastWords = event.code === 1005 ? '' : `WebSocket close code ${event.code}${event.reason === '' ? '' : `, ${event.reason}`}`;
    });
    const onTooLarge = (bytes: number): void => {
      this.lastWords = `a frame of ${bytes} bytes; at most ${PACKET_BYTES_MAX} are taken`;
    };
    return new CoalescingSocket(socket, { frameBytesMax: PACKET_BYTES_MAX, onTooLarge });
  }

  private onConnect(connack: Connack): void {
    const identifies = this.version === 5 && connack.properties?.subscriptionIdentifiersAvailable !== false;
    this.connected = clientSession(this.client, { identifies, sessionPresent: connack.sessionPresent, onClose: () => (this.closed = true) });
    this.resolve(this.connected);
  }

  private onError(error: Error & { readonly code?: number | string }): void {
    if (this.connected === null && typeof error.code === 'number' && error.code > 0) {
      this.refusal = { layer: 'mqtt', refusal: error.code, seen: error.message };
    } else if (error.message !== 'WebSocket error') {
      this.lastWords = error.message;
    }
    this.client.end(true);
  }

  private async onClose(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.connected !== null) {
      this.handlers.onLost(connectionError(this.settings, { layer: 'lost', seen: this.lastWords }));
    } else {
      this.reject(connectionError(this.settings, this.refusal ?? (await this.findLayer())));
    }
  }

  /** The browser hides why a WebSocket failed; plain requests to the same place tell the layers apart. */
  private async findLayer(): Promise<Failure> {
    if (this.socketOpened) return { layer: 'mqtt', ...(this.lastWords === '' ? {} : { seen: this.lastWords }) };
    const secure = this.url.protocol === 'wss:';
    const place = `${this.url.host}${this.url.pathname}`;
    if (await answersHttp(`${secure ? 'https' : 'http'}://${place}`)) return { layer: 'upgrade' };
    if (secure && (await answersHttp(`http://${place}`))) return { layer: 'tls' };
    return { layer: 'socket' };
  }
}

async function answersHttp(url: string): Promise<boolean> {
  try {
    await fetch(url, { mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  }
}

/** `randomUUID` is missing in pages without https. */
function randomHex(bytes: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A plain array instead of mqtt.js's Buffer, whose `slice` does not copy. */
function toMessage(topic: string, payload: Uint8Array, packet: Packet): MqttMessage {
  const ids = packet.properties?.subscriptionIdentifier;
  const properties = packet.properties?.userProperties;
  return {
    topic,
    payload: new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength),
    qos: packet.qos,
    retain: packet.retain,
    ...(properties === undefined ? {} : { properties: { ...properties } }),
    subscriptionIds: ids === undefined ? null : typeof ids === 'number' ? [ids] : ids
  };
}

function clientSession(client: MqttClient, options: { readonly identifies: boolean; readonly sessionPresent: boolean; readonly onClose: () => void }): MqttSession {
  return {
    identifiesSubscriptions: options.identifies,
    sessionPresent: options.sessionPresent,
    subscribe: (filter, { qos, id }) =>
      new Promise((resolve, reject) => {
        const properties = options.identifies ? { properties: { subscriptionIdentifier: id } } : {};
        client.subscribe(filter, { qos, ...properties }, (error, granted) => {
          const refused = granted?.find(grant => grant.qos >= 128);
          if (error === null && refused === undefined) resolve();
          else reject(refusedSubscription(filter, refused === undefined ? (error?.message ?? 'no reason given') : `code ${refused.qos}`));
        });
      }),
    unsubscribe: filter => settle(done => client.unsubscribe(filter, done), `topic filter "${filter}": the broker did not end the subscription`),
    publish: (topic, payload, publish) => settle(done => client.publish(topic, payload, publish, done), `topic "${topic}": the message was not published`),
    close() {
      options.onClose();
      client.end(true);
    }
  };
}

function settle(start: (done: (error?: Error | null) => void) => void, subject: string): Promise<void> {
  return new Promise((resolve, reject) => {
    start(error => {
      if (error === undefined || error === null) resolve();
      else reject(new LittoralError('MQTT_REQUEST', `${subject} (${error.message}). Check the connection and try again.`, { retryable: true, cause: error }));
    });
  });
}

function refusedSubscription(filter: string, seen: string): LittoralError {
  return new LittoralError('SUBSCRIPTION_REFUSED', `topic filter "${filter}": the broker refused the subscription (${seen}). Check the access rules of this user at the broker.`, {
    details: { filter, seen }
  });
}
