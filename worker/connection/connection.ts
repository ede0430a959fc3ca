import { LittoralError, assert, toErrorRecord } from '../../engine/error';
import type { Clock, Timer } from '../platform/clock';
import type { ConnectionInfo, ConnectionSettings, ConnectionState } from '../protocol';
import { backOffMs } from './back-off';
import { refusesVersion } from './failure';
import type { MqttMessage, MqttSession, MqttTransport, ProtocolVersion, PublishOptions } from './mqtt-transport';
import { RateMeter } from './rate-meter';
import { Subscriptions } from './subscriptions';
import type { Consumer, Subscription } from './subscriptions';

export interface ConnectionOptions {
  readonly transport: MqttTransport;
  readonly clock: Clock;
  readonly random: () => number;
  /** The state changed; read `info()`. */
  readonly onChange: () => void;
}

/** One named broker connection: connects when told, comes back by itself after a loss, hands messages to consumers. */
export class Connection {
  private status: ConnectionState = { state: 'offline' };
  private session: MqttSession | null = null;
  private retry: Timer | null = null;
  private wanted = false;
  private connecting: Promise<void> | null = null;
  private version: ProtocolVersion = 5;
  /** Rises with every attempt and disconnect, so that what an abandoned attempt brings is recognised. */
  private epoch = 0;
  private readonly rate: RateMeter;
  private readonly subscriptions = new Subscriptions();

  constructor(
    private settings: ConnectionSettings,
    private readonly options: ConnectionOptions
  ) {
    this.rate = new RateMeter(options.clock);
  }

  info(): ConnectionInfo {
    return { name: this.settings.name, url: this.settings.url, status: this.status, messagesPerS: this.rate.perS() };
  }

  get connected(): boolean {
    return this.session !== null;
  }

  /** Resolves when connected; rejects with the first failure, and goes on trying when that failure may pass. */
  async connect(): Promise<void> {
    if (this.session !== null) return;
    this.wanted = true;
    this.retry?.cancel();
    this.connecting ??= this.attempt(1).finally(() => (this.connecting = null));
    await this.connecting;
  }

  async disconnect(): Promise<void> {
    this.wanted = false;
    this.connecting = null;
    this.epoch += 1;
    this.retry?.cancel();
    this.retry = null;
    this.session?.close();
    this.session = null;
    this.set({ state: 'offline', since: this.options.clock.nowMs() });
    await Promise.resolve();
  }

  /** Takes other settings; a connection that was wanted is made again with them. */
  async change(settings: ConnectionSettings): Promise<void> {
    const again = this.wanted;
    if (again || this.session !== null) await this.disconnect();
    this.settings = settings;
    this.version = 5;
    this.options.onChange();
    if (again) await this.connect();
  }

  /** Disconnects for good and tells the consumers. */
  async remove(): Promise<void> {
    await this.disconnect();
    const gone = new LittoralError('CONNECTION_REMOVED', `connection "${this.settings.name}": it was removed while in use. Add it again and start anew.`);
    for (const { filter } of this.subscriptions.wanted()) this.subscriptions.fail(filter, toErrorRecord(gone));
  }

  /** Messages of `filter` go to `consumer` from now on, over reconnects, until the subscription is closed. */
  async subscribe(filter: string, consumer: Consumer, qos: 0 | 1 | 2 = 1): Promise<Subscription> {
    const { subscription, added } = this.subscriptions.add(filter, consumer, qos);
    const close = async (): Promise<void> => {
      if (!this.subscriptions.remove(subscription) || this.session === null) return;
      // A subscription that the broker does not end is gone with the session; until then its messages have no consumer.
      await this.session.unsubscribe(filter).catch(() => undefined);
    };
    if (added !== null && this.session !== null) {
      try {
        await this.session.subscribe(filter, added);
      } catch (error) {
        this.subscriptions.remove(subscription);
        throw error;
      }
    }
    return { close };
  }

  /** Rejects with `NOT_CONNECTED` while there is no connection; the caller decides what to do with the message. */
  async publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void> {
    if (this.session === null) {
      throw new LittoralError('NOT_CONNECTED', `connection "${this.settings.name}": not connected, so "${topic}" was not published. Connect it first.`, {
        retryable: true,
        details: { connection: this.settings.name, topic }
      });
    }
    await this.session.publish(topic, payload, options);
  }

  private async attempt(count: number): Promise<void> {
    const epoch = (this.epoch += 1);
    this.set({ state: 'connecting', attempt: count });
    let session: MqttSession;
    try {
      session = await this.openEitherVersion(epoch);
    } catch (error) {
      assert(error instanceof LittoralError, `transport rejected with ${String(error)}`);
      if (epoch === this.epoch) this.failed(error, count);
      throw error;
    }
    if (epoch !== this.epoch) {
      session.close();
      throw new LittoralError('CANCELLED', `connection "${this.settings.name}": it was disconnected while connecting.`);
    }
    this.session = session;
    for (const wanted of this.subscriptions.wanted()) {
      session.subscribe(wanted.filter, wanted).catch((error: unknown) => this.subscriptions.fail(wanted.filter, toErrorRecord(error)));
    }
    this.set({ state: 'connected', sinceMs: this.options.clock.nowMs(), protocol: this.version === 5 ? 'MQTT 5' : 'MQTT 3.1.1' });
  }

  private async openEitherVersion(epoch: number): Promise<MqttSession> {
    try {
      return await this.open(epoch);
    } catch (error) {
      if (this.version !== 5 || !(error instanceof LittoralError) || !refusesVersion(error)) throw error;
      this.version = 4;
      try {
        return await this.open(epoch);
      } catch (second) {
        this.version = 5;
        throw second;
      }
    }
  }

  private open(epoch: number): Promise<MqttSession> {
    return this.options.transport.open(this.settings, this.version, {
      onMessage: message => this.receive(message),
      onLost: error => {
        if (epoch === this.epoch) this.failed(error, 1);
      }
    });
  }

  private receive(message: MqttMessage): void {
    this.rate.count();
    this.subscriptions.dispatch(message, { arrivalTimeMs: this.options.clock.nowMs(), receivedAtMs: this.options.clock.preciseMs() });
  }

  private failed(error: LittoralError, count: number): void {
    this.session = null;
    const record = toErrorRecord(error);
    if (!this.wanted || !error.retryable) {
      this.wanted = false;
      this.set({ state: 'offline', since: this.options.clock.nowMs(), error: record });
      return;
    }
    const delayMs = backOffMs(count + 1, this.options.random);
    this.set({ state: 'connecting', attempt: count + 1, retryAtMs: this.options.clock.nowMs() + delayMs, error: record });
    this.retry = this.options.clock.after(delayMs, () => {
      this.attempt(count + 1).catch((next: unknown) => assert(next instanceof LittoralError, `reconnect: ${String(next)}`));
    });
  }

  private set(status: ConnectionState): void {
    this.status = status;
    this.options.onChange();
  }
}
