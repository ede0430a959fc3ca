import type { LittoralError } from '../../engine/error';
import type { ConnectionSettings } from '../protocol';

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** MQTT 5 user properties, when there are any. */
  readonly properties?: Readonly<Record<string, string | readonly string[]>>;
  /** Subscriptions that this copy answers (MQTT 5), or null when the broker does not say. */
  readonly subscriptionIds: readonly number[] | null;
}

export type ProtocolVersion = 4 | 5;

export interface PublishOptions {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** One network connection to a broker; never reconnects by itself. */
export interface MqttSession {
  /** Undefined when the broker cannot take subscription identifiers. */
  readonly identifiesSubscriptions: boolean;
  readonly sessionPresent: boolean;
  subscribe(filter: string, options: { readonly qos: 0 | 1 | 2; readonly id: number }): Promise<void>;
  unsubscribe(filter: string): Promise<void>;
  publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void>;
  close(): void;
}

export interface SessionHandlers {
  onMessage(message: MqttMessage): void;
  /** The connection is gone; not called after `close()`. */
  onLost(error: LittoralError): void;
}

/** How the browser host reaches brokers; tests implement it in memory. */
export interface MqttTransport {
  /** Resolves after CONNACK; rejects with an error of `failure.ts` that says which layer failed. */
  open(settings: ConnectionSettings, version: ProtocolVersion, handlers: SessionHandlers): Promise<MqttSession>;
}
