/**
 * The part of mqtt.js that we use. The name is an alias of the worker build for `mqtt/build/index.js` (see
 * scripts/build-workers.mjs): the published browser bundle runs one timer per packet and is 8 times slower.
 */
declare module 'mqtt-unbundled' {
  export interface Packet {
    readonly qos: 0 | 1 | 2;
    readonly retain: boolean;
    readonly properties?: {
      readonly userProperties?: Record<string, string | string[]>;
      readonly subscriptionIdentifier?: number | readonly number[];
    };
  }
  export interface Connack {
    readonly sessionPresent: boolean;
    readonly properties?: { readonly subscriptionIdentifiersAvailable?: boolean };
  }
  export interface ClientOptions {
    readonly protocol: 'ws' | 'wss';
    readonly hostname: string;
    readonly port: number;
    readonly path: string;
    readonly clientId: string;
    readonly username?: string;
    readonly password?: string;
    readonly keepalive: number;
    readonly protocolVersion: 4 | 5;
    readonly properties?: { readonly maximumPacketSize?: number };
    readonly clean: boolean;
    readonly reconnectPeriod: number;
    readonly connectTimeout: number;
    readonly queueQoSZero: boolean;
    readonly resubscribe: boolean;
    readonly timerVariant: 'native';
    readonly browserBufferSize: number;
    readonly browserBufferTimeout: number;
    readonly forceNativeWebSocket: boolean;
    readonly createWebsocket: (url: string, protocols: string[]) => import('./coalescing-socket').SocketLike;
  }
  export interface MqttClient {
    on(event: 'connect', listener: (connack: Connack) => void): this;
    on(event: 'message', listener: (topic: string, payload: Uint8Array, packet: Packet) => void): this;
    on(event: 'disconnect', listener: (packet: { readonly reasonCode?: number }) => void): this;
    on(event: 'error', listener: (error: Error & { readonly code?: number | string }) => void): this;
    on(event: 'close', listener: () => void): this;
    subscribe(
      filter: string,
      options: { readonly qos: 0 | 1 | 2; readonly properties?: { readonly subscriptionIdentifier: number } },
      done: (error: Error | null, granted?: readonly { readonly qos: number }[]) => void
    ): this;
    unsubscribe(filter: string, done: (error?: Error | null) => void): this;
    publish(topic: string, payload: Uint8Array, options: { readonly qos: 0 | 1 | 2; readonly retain: boolean }, done: (error?: Error | null) => void): this;
    end(force: boolean): this;
  }
  export function connect(options: ClientOptions): MqttClient;
}
