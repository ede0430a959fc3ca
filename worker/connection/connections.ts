import { didYouMean } from '../../engine/did-you-mean';
import { LittoralError, assert, toErrorRecord } from '../../engine/error';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { Clock } from '../platform/clock';
import type { ConnectionInfo, ConnectionSettings, ConnectionTest, StreamsEvent, TopicInfo } from '../protocol';
import { Connection } from './connection';
import { refusesVersion } from './failure';
import type { MqttSession, MqttTransport } from './mqtt-transport';
import type { Consumer, Subscription } from './subscriptions';
import { TopicTree } from './topic-tree';

const CONNECTIONS_MAX = 64;

export interface ConnectionsOptions {
  readonly transport: MqttTransport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: StreamsEvent) => void;
}

interface Watch {
  watchers: number;
  readonly subscription: Promise<Subscription>;
}

interface Entry {
  readonly connection: Connection;
  readonly tree: TopicTree;
  readonly watches: Map<string, Watch>;
  lastEvent: string;
}

/** The page's broker connections by name, and the topic tree of each. */
export class Connections {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: ConnectionsOptions) {
    options.clock.every(1_000, () => this.announceRates());
  }

  /** Adds a connection; one of the same name gets the new settings and keeps its subscriptions. */
  async add(settings: ConnectionSettings): Promise<void> {
    checkSettings(settings);
    const known = this.entries.get(settings.name);
    if (known !== undefined) return await known.connection.change(settings);
    if (this.entries.size >= CONNECTIONS_MAX) {
      throw new LittoralError('CONNECTION_LIMIT', `connection "${settings.name}": there are already ${CONNECTIONS_MAX}. Remove one first.`);
    }
    const connection = new Connection(settings, {
      transport: this.options.transport,
      clock: this.options.clock,
      random: this.options.random,
      onChange: () => this.announce(entry)
    });
    const entry: Entry = { connection, tree: new TopicTree(this.options.clock), watches: new Map(), lastEvent: '' };
    this.entries.set(settings.name, entry);
    this.announce(entry);
  }

  async remove(name: string): Promise<void> {
    const entry = this.entry(name);
    await entry.connection.remove();
    this.entries.delete(name);
    this.options.emit({ kind: 'connectionRemoved', name });
  }

  list(): readonly ConnectionInfo[] {
    return [...this.entries.values()].map(entry => entry.connection.info());
  }

  get(name: string): Connection {
    return this.entry(name).connection;
  }

  tree(name: string): TopicTree {
    return this.entry(name).tree;
  }

  topics(name: string): readonly TopicInfo[] {
    return this.entry(name).tree.list();
  }

  async watch(name: string, filter: string): Promise<void> {
    const entry = this.entry(name);
    const known = entry.watches.get(filter);
    if (known !== undefined) {
      known.watchers += 1;
      await known.subscription;
      return;
    }
    // Where filters overlap, the oldest that matches counts the message.
    const owns = (topic: string): boolean => [...entry.watches.keys()].find(watched => topicMatches(watched, topic)) === filter;
    const consumer: Consumer = {
      onMessage(message, arrival) {
        if (entry.watches.size === 1 || owns(message.topic)) entry.tree.add(message, arrival);
      }
    };
    const subscription = entry.connection.subscribe(filter, consumer, 0);
    entry.watches.set(filter, { watchers: 1, subscription });
    try {
      await subscription;
    } catch (error) {
      entry.watches.delete(filter);
      throw error;
    }
  }

  async unwatch(name: string, filter: string): Promise<void> {
    const entry = this.entry(name);
    const watch = entry.watches.get(filter);
    if (watch === undefined) return;
    watch.watchers -= 1;
    if (watch.watchers > 0) return;
    entry.watches.delete(filter);
    await (await watch.subscription).close();
    if (entry.watches.size === 0) entry.tree.clear();
  }

  /** Connects once with `settings`, says in words what happened, and leaves. */
  async test(settings: ConnectionSettings): Promise<ConnectionTest> {
    const beganAt = this.options.clock.preciseMs();
    try {
      checkSettings(settings);
      const { session, protocol } = await this.openOnce(settings);
      session.close();
      const elapsedMs = Math.max(1, Math.round(this.options.clock.preciseMs() - beganAt));
      return { ok: true, words: `broker answered in ${elapsedMs} ms, ${protocol}, session ${session.sessionPresent ? 'kept' : 'not kept'}` };
    } catch (error) {
      const record = toErrorRecord(error);
      return { ok: false, words: record.message, error: record };
    }
  }

  private async openOnce(settings: ConnectionSettings): Promise<{ session: MqttSession; protocol: string }> {
    const handlers = { onMessage: () => undefined, onLost: () => undefined };
    try {
      return { session: await this.options.transport.open(settings, 5, handlers), protocol: 'MQTT 5' };
    } catch (error) {
      if (!(error instanceof LittoralError) || !refusesVersion(error)) throw error;
      return { session: await this.options.transport.open(settings, 4, handlers), protocol: 'MQTT 3.1.1' };
    }
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry !== undefined) return entry;
    const names = [...this.entries.keys()];
    throw new LittoralError('UNKNOWN_CONNECTION', `connection "${name}": no such connection; there ${names.length === 0 ? 'is none' : `are ${names.map(known => `"${known}"`).join(', ')}`}.${didYouMean(name, names)} Add it in the Streams panel.`, {
      details: { connection: name, known: names }
    });
  }

  private announce(entry: Entry): void {
    const connection = entry.connection.info();
    const text = JSON.stringify(connection);
    if (text === entry.lastEvent) return;
    entry.lastEvent = text;
    this.options.emit({ kind: 'connection', connection });
  }

  private announceRates(): void {
    for (const entry of this.entries.values()) this.announce(entry);
  }
}

function checkSettings(settings: ConnectionSettings): void {
  assert(typeof settings.url === 'string', 'settings.url is text');
  if (/^[\w][\w .-]{0,63}$/.test(settings.name)) return;
  throw new LittoralError('CONNECTION_NAME', `connection "${settings.name}": a name has 1 to 64 letters, digits, spaces, ".", "-" or "_" and begins with a letter or digit. Choose another name.`);
}
