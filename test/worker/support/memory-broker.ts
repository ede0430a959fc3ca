import { LittoralError } from '../../../engine/error';
import { connectionError } from '../../../worker/connection/failure';
import type { Failure } from '../../../worker/connection/failure';
import { topicMatches } from '../../../engine/graph/topic-filter';
import type { MqttSession, MqttTransport, ProtocolVersion, SessionHandlers } from '../../../worker/connection/mqtt-transport';
import type { ConnectionSettings } from '../../../worker/protocol';

interface Client {
  readonly settings: ConnectionSettings;
  readonly handlers: SessionHandlers;
  readonly filters: Map<string, number>;
}

export interface Published {
  readonly topic: string;
  readonly text: string;
}

/** A broker in memory behind the transport port: what it refuses and when it breaks is set by the test. */
export class MemoryBroker implements MqttTransport {
  readonly opened: ProtocolVersion[] = [];
  readonly published: Published[] = [];
  /** Failures of the next attempts, in order; null lets one through. */
  readonly failures: (Failure | null)[] = [];
  /** Sends a message once per overlapping subscription, as some brokers do. */
  repeatsOverlaps = false;
  private clients: Client[] = [];

  async open(settings: ConnectionSettings, version: ProtocolVersion, handlers: SessionHandlers): Promise<MqttSession> {
    this.opened.push(version);
    const failure = this.failures.shift() ?? null;
    if (failure !== null) throw connectionError(settings, failure);
    const client: Client = { settings, handlers, filters: new Map() };
    this.clients.push(client);
    return await Promise.resolve(this.session(client, version));
  }

  get clientCount(): number {
    return this.clients.length;
  }

  filters(): readonly string[] {
    return this.clients.flatMap(client => [...client.filters.keys()]);
  }

  send(topic: string, payload: Uint8Array | string, options: { readonly retain?: boolean } = {}): void {
    const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
    for (const client of this.clients) {
      const ids = [...client.filters].filter(([filter]) => topicMatches(filter, topic)).map(([, id]) => id);
      const copies = this.repeatsOverlaps ? ids.map(id => [id]) : ids.length === 0 ? [] : [ids];
      for (const subscriptionIds of copies) {
        client.handlers.onMessage({ topic, payload: bytes, qos: 0, retain: options.retain ?? false, subscriptionIds });
      }
    }
  }

  /** Breaks every connection. */
  drop(): void {
    const clients = this.clients;
    this.clients = [];
    for (const { settings, handlers } of clients) handlers.onLost(connectionError(settings, { layer: 'lost', seen: 'WebSocket close code 1006' }));
  }

  private session(client: Client, version: ProtocolVersion): MqttSession {
    return {
      identifiesSubscriptions: version === 5,
      sessionPresent: false,
      subscribe: async (filter, { id }) => {
        if (filter.startsWith('forbidden/')) throw new LittoralError('SUBSCRIPTION_REFUSED', `topic filter "${filter}": refused by the test`);
        client.filters.set(filter, id);
        await Promise.resolve();
      },
      unsubscribe: async filter => {
        client.filters.delete(filter);
        await Promise.resolve();
      },
      publish: async (topic, payload) => {
        this.published.push({ topic, text: new TextDecoder().decode(payload) });
        await Promise.resolve();
      },
      close: () => {
        this.clients = this.clients.filter(other => other !== client);
      }
    };
  }
}
