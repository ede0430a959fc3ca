import type { Delivery, SourceNode } from '../../engine/plan/plan';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { MqttClient } from '../mqtt/client';
import type { Qos } from '../mqtt/packets';
import { Subscriber } from '../mqtt/subscriber';
import type { ConnectionBook } from '../connection/connection-book';
import { checkSource, openSource, type OpenSourceOptions } from '../source/open-source';
import { PostedMessages } from '../source/posted-messages';
import type { RunningSource, SourceConnection } from '../source/source-port';
import type { Store } from '../store/store';
import { BrokerWatches } from './broker-watches';
import type { Deployment } from './deployment';
import type { Intake } from './intake';
import { sourceIdentity } from './source-identity';

const QOS: Readonly<Record<Delivery, Qos>> = { atMostOnce: 0, atLeastOnce: 1, exactlyOnceEffects: 2 };
const SESSIONS = 'sessions';

export interface SourcesOptions {
  readonly env: Env;
  readonly store: Store;
  readonly agentId: string;
  readonly brokerOf: (connection: string) => BrokerSettings;
  readonly connections: ConnectionBook;
  readonly intake: Intake;
  /** Messages that were not taken in, by reason. */
  readonly onDropped: (reason: string, count: number) => void;
  readonly log: Log;
}

export interface SourceState {
  readonly source: string;
  readonly topic: string;
  readonly connection: SourceConnection;
  /** Words of what keeps messages away, or null. */
  readonly problem: string | null;
}

interface Other {
  readonly node: SourceNode;
  readonly identity: string;
  readonly source: RunningSource;
}

/** The sources of the active pipeline; each that subscribes has a session of its own. */
export class Sources {
  /** Those that are no subscriptions. */
  private others: Other[] = [];
  private subscribers: { readonly node: SourceNode; readonly identity: string; readonly subscriber: Subscriber }[] = [];
  private readonly forgetting = new Set<MqttClient>();
  private readonly pauses = new Set<string>();
  private readonly watches: BrokerWatches;
  private duplicatesBefore = 0;
  private sessionsLostBefore = 0;

  constructor(private readonly options: SourcesOptions) {
    this.watches = new BrokerWatches(options);
  }

  /** Ends the subscriptions that `deployment` does not have, or has otherwise; the others go on. */
  async endOthers(deployment: Deployment): Promise<void> {
    const wanted = new Set(deployment.plan.nodes.flatMap(node => (node.op === 'source' ? [sourceIdentity(deployment, node)] : [])));
    await this.end(
      this.subscribers.filter(({ identity }) => !wanted.has(identity)),
      this.others.filter(({ identity }) => !wanted.has(identity))
    );
  }

  /** Throws when a source of `deployment` cannot be taken up here: `NO_BROKER`, `NO_CONNECTION`, `CONNECTION_KIND`, `SOURCE_PATH` or `SECRET_UNREADABLE`. */
  check(deployment: Pick<Deployment, 'pipeline' | 'plan'>): void {
    for (const node of deployment.plan.nodes) {
      if (node.op === 'source' && !checkSource(node, this.openOptions(node, deployment.pipeline))) this.options.brokerOf(node.config.connection);
    }
  }

  /** The sources that take posted messages. */
  get posted(): readonly PostedMessages[] {
    return this.others.flatMap(({ source }) => (source instanceof PostedMessages ? [source] : []));
  }

  /** Subscribes for the sources of `deployment` that are not subscribed to; the broker forgets the sessions of sources that no longer exist. */
  start(deployment: Deployment): void {
    const { env, store, agentId, brokerOf, intake, log } = this.options;
    const qos = QOS[deployment.plan.delivery ?? 'exactlyOnceEffects'];
    const sessions: Record<string, string> = {};
    for (const node of deployment.plan.nodes) {
      if (node.op !== 'source') continue;
      if (this.startOther(node, deployment)) continue;
      const { topic, connection } = node.config;
      const clientId = `littoral-${agentId}-${deployment.pipeline}-${node.id}`;
      sessions[clientId] = connection;
      const identity = sourceIdentity(deployment, node);
      if (this.subscribers.some(running => running.identity === identity)) continue;
      const subscriber = new Subscriber({
        env,
        source: node.id,
        session: `${deployment.pipeline}/${node.id}`,
        filter: topic,
        ...(node.config.connector === 'mqtt' ? { sharedGroup: node.config.sharedGroup, acknowledgeAfter: node.config.acknowledge === 'afterEffects' ? 'effects' : 'inbox' } : {}),
        qos,
        settings: brokerOf(connection),
        clientId,
        store,
        onPublish: (packet, from) => intake.publish(packet, from),
        onRelease: (id, from) => intake.release(id, from),
        log
      });
      subscriber.setPaused(this.pauses.size > 0);
      this.subscribers.push({ node, identity, subscriber });
      subscriber.start();
    }
    this.watches.keep(new Set(Object.values(sessions)));
    this.forgetOthers(sessions);
  }

  /** Starts the source of `node` unless it runs; false when it is a subscription. */
  private startOther(node: SourceNode, deployment: Deployment): boolean {
    const identity = sourceIdentity(deployment, node);
    if (this.others.some(running => running.identity === identity)) return true;
    const source = openSource(node, this.openOptions(node, deployment.pipeline));
    if (source === null) return false;
    source.setPaused(this.pauses.size > 0);
    this.others.push({ node, identity, source });
    source.start();
    return true;
  }

  private openOptions(node: SourceNode, pipeline: string): OpenSourceOptions {
    return { ...this.options, session: `${pipeline}/${node.id}` };
  }

  async stop(): Promise<void> {
    await this.end(this.subscribers, this.others);
    await Promise.all([this.watches.stop(), ...[...this.forgetting].map(client => client.stop())]);
  }

  private async end(ending: Sources['subscribers'], others: readonly Other[]): Promise<void> {
    this.subscribers = this.subscribers.filter(each => !ending.includes(each));
    this.others = this.others.filter(each => !others.includes(each));
    await Promise.all([...ending.map(({ subscriber }) => subscriber.stop()), ...others.map(({ source }) => source.stop())]);
    for (const { source } of others) this.duplicatesBefore += source.duplicates;
    for (const { subscriber } of ending) {
      this.duplicatesBefore += subscriber.ledger.duplicates;
      this.sessionsLostBefore += subscriber.sessionsLost;
    }
  }

  /** Stops reading for `reason`, or takes that reason away; reading goes on when there is none left. */
  setPaused(reason: string, paused: boolean): void {
    if (paused) this.pauses.add(reason);
    else this.pauses.delete(reason);
    for (const { subscriber } of this.subscribers) subscriber.setPaused(this.pauses.size > 0);
    for (const { source } of this.others) source.setPaused(this.pauses.size > 0);
  }

  get duplicates(): number {
    const others = this.others.reduce((sum, { source }) => sum + source.duplicates, this.duplicatesBefore);
    return this.subscribers.reduce((sum, { subscriber }) => sum + subscriber.ledger.duplicates, others);
  }

  /** How often a broker had forgotten this agent, and with it what came meanwhile. */
  get sessionsLost(): number {
    return this.subscribers.reduce((sum, { subscriber }) => sum + subscriber.sessionsLost, this.sessionsLostBefore);
  }

  /** Messages that brokers say they have dropped, by connection. */
  get brokerDropped(): ReadonlyMap<string, number> {
    return this.watches.dropped();
  }

  get violations(): number {
    return this.subscribers.reduce((sum, { subscriber }) => sum + subscriber.ledger.violations, 0);
  }

  states(): readonly SourceState[] {
    return [
      ...this.subscribers.map(({ node, subscriber }) => ({ source: node.id, topic: node.config.topic, connection: subscriber.state, problem: subscriber.problem })),
      ...this.others.map(({ node, source }) => ({ source: node.id, topic: node.config.topic, connection: source.state, problem: source.problem }))
    ];
  }

  /** A broker keeps queueing for a session that nobody will take up again; connecting once without it ends that. */
  private forgetOthers(sessions: Readonly<Record<string, string>>): void {
    const { env, store, brokerOf } = this.options;
    const known = JSON.parse(store.meta(SESSIONS) ?? '{}') as Record<string, string>;
    store.transaction(() => store.setMeta(SESSIONS, JSON.stringify({ ...known, ...sessions })));
    for (const [clientId, connection] of Object.entries(known)) {
      if (clientId in sessions || this.options.connections.recordingOf(connection) !== undefined) continue;
      const client: MqttClient = new MqttClient({
        env,
        settings: brokerOf(connection),
        clientId,
        clean: true,
        onConnected: () => {
          this.forgetting.delete(client);
          const left = JSON.parse(store.meta(SESSIONS) ?? '{}') as Record<string, string>;
          delete left[clientId];
          store.transaction(() => store.setMeta(SESSIONS, JSON.stringify(left)));
          void client.stop();
        },
        onFrame: () => undefined,
        onDown: () => undefined
      });
      this.forgetting.add(client);
      client.start();
    }
  }
}
