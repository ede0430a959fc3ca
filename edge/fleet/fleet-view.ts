import { LittoralError } from '../../engine/error';
import { pause, type Env } from '../env/env';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { parseDesired, parseReport, type AgentReport, type DesiredBundle } from './fleet-messages';
import { MessageBus, type BusMessage } from './message-bus';
import { agentOfTopic, ALL_DESIRED, ALL_REPORTS } from './topics';

export interface FleetViewOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  readonly log: (line: string) => void;
}

const CONNECT_MS = 10_000;
/** What a broker retains comes right after the subscription: the picture is complete when nothing has come for this long. */
const QUIET_MS = 400;
const AGENTS_MAX = 100_000;

/** A fleet as its broker shows it. */
export class FleetView {
  readonly reports = new Map<string, AgentReport>();
  readonly desired = new Map<string, DesiredBundle>();
  /** Wishes that others have taken the place of since this view was opened. */
  readonly formerWishes: DesiredBundle[] = [];
  private readonly bus: MessageBus;
  private readonly listeners = new Set<(agent: string) => void>();
  private failure: LittoralError | null = null;
  private lastMessageMs = 0;

  private constructor(private readonly options: FleetViewOptions) {
    const { env, settings, log } = options;
    this.bus = new MessageBus({
      env,
      settings,
      clientId: `littoral-fleet-view-${env.randomHex(4)}`,
      onMessage: message => this.take(message),
      onDown: reason => (this.failure = reason),
      log
    });
  }

  /** Connects and takes in what the broker has. Rejects when it cannot be reached within some seconds. */
  static async open(options: FleetViewOptions): Promise<FleetView> {
    const view = new FleetView(options);
    const { env } = options;
    view.bus.subscribe(ALL_REPORTS);
    view.bus.subscribe(ALL_DESIRED);
    view.bus.start();
    const deadlineMs = env.monotonicMs() + CONNECT_MS;
    while (!view.bus.isConnected) {
      if (view.failure !== null || env.monotonicMs() > deadlineMs) {
        await view.bus.stop();
        throw view.failure ?? new LittoralError('MQTT_UNREACHABLE', `broker ${view.bus.url}: no answer within ${CONNECT_MS / 1_000} s; expected an MQTT broker. Check --broker.`);
      }
      await pause(env, 20);
    }
    view.lastMessageMs = env.monotonicMs();
    while (env.monotonicMs() - view.lastMessageMs < QUIET_MS) await pause(env, 50);
    return view;
  }

  /** Agents in the order of their names. */
  get agents(): readonly AgentReport[] {
    return [...this.reports.values()].sort((a, b) => (a.agent < b.agent ? -1 : 1));
  }

  /** Calls `listener` with the name of each agent that says something new; gives what ends that. */
  onNews(listener: (agent: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Publishes a retained message; resolves when the broker has it. */
  publish(message: BusMessage): Promise<void> {
    return this.bus.publish(message);
  }

  close(): Promise<void> {
    return this.bus.stop();
  }

  private take({ topic, payload }: BusMessage): void {
    this.lastMessageMs = this.options.env.monotonicMs();
    const place = agentOfTopic(topic);
    if (place === null) return;
    const { agent, about } = place;
    try {
      if (about === 'status') this.keep(this.reports, agent, payload.length === 0 ? null : parseReport(payload));
      else this.wish(agent, payload.length === 0 ? null : parseDesired(payload));
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      this.options.log(`${error.message.replace(/\.$/, '')} (topic "${topic}").`);
      return;
    }
    for (const listener of this.listeners) listener(agent);
  }

  private wish(agent: string, desired: DesiredBundle | null): void {
    const former = this.desired.get(agent);
    if (former !== undefined && former.fileSha256 !== desired?.fileSha256) this.formerWishes.push(former);
    this.keep(this.desired, agent, desired);
  }

  private keep<T>(map: Map<string, T>, agent: string, value: T | null): void {
    if (value === null) map.delete(agent);
    else if (map.has(agent) || map.size < AGENTS_MAX) map.set(agent, value);
  }
}
