import type { ErrorRecord } from '../../engine/error';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { MqttMessage } from './mqtt-transport';
import { checkTopicFilter } from './topic-filter';

export interface Arrival {
  readonly arrivalTimeMs: number;
  /** Monotonic clock, for latencies. */
  readonly receivedAtMs: number;
}

/** Who takes messages of a subscription. Called synchronously; must not throw. */
export interface Consumer {
  onMessage(message: MqttMessage, arrival: Arrival): void;
  /** The broker refused the subscription after a reconnect. */
  onRefused?(error: ErrorRecord): void;
}

/** Ends a subscription; further calls do nothing. */
export interface Subscription {
  close(): Promise<void>;
}

export interface Wanted {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly id: number;
}

interface Entry extends Wanted {
  readonly consumers: Consumer[];
}

export interface Handle {
  readonly filter: string;
  readonly consumer: Consumer;
}

/**
 * Who wants which topic filter on one connection. Brokers may send a message once per overlapping subscription; with
 * subscription identifiers (MQTT 5) each copy goes only to the consumers of its own filter.
 */
export class Subscriptions {
  private readonly entries = new Map<string, Entry>();
  private nextId = 1;

  /** `added` is the subscription to make at the broker, or null when the filter was already subscribed. */
  add(filter: string, consumer: Consumer, qos: 0 | 1 | 2): { readonly subscription: Handle; readonly added: Wanted | null } {
    checkTopicFilter(filter);
    const subscription = { filter, consumer };
    const known = this.entries.get(filter);
    if (known !== undefined) {
      known.consumers.push(consumer);
      return { subscription, added: null };
    }
    const entry: Entry = { filter, qos, id: this.nextId, consumers: [consumer] };
    this.nextId += 1;
    this.entries.set(filter, entry);
    return { subscription, added: entry };
  }

  /** True when nobody wants the filter any more. */
  remove(subscription: Handle): boolean {
    const entry = this.entries.get(subscription.filter);
    const index = entry?.consumers.indexOf(subscription.consumer) ?? -1;
    if (entry === undefined || index < 0) return false;
    entry.consumers.splice(index, 1);
    if (entry.consumers.length > 0) return false;
    this.entries.delete(subscription.filter);
    return true;
  }

  wanted(): readonly Wanted[] {
    return [...this.entries.values()];
  }

  dispatch(message: MqttMessage, arrival: Arrival): void {
    const ids = message.subscriptionIds;
    for (const entry of this.entries.values()) {
      if (ids !== null ? !ids.includes(entry.id) : !topicMatches(entry.filter, message.topic)) continue;
      for (const consumer of entry.consumers) consumer.onMessage(message, arrival);
    }
  }

  fail(filter: string, error: ErrorRecord): void {
    for (const consumer of this.entries.get(filter)?.consumers ?? []) consumer.onRefused?.(error);
  }
}
