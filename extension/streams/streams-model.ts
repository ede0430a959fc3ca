import { Signal } from '@lumino/signaling';
import type { ErrorRecord } from '../../engine/error';
import type { ConnectionInfo, ConnectionSettings, EngineService, RecordingInfo, StreamsEvent, TopicInfo } from '../../worker/protocol';
import type { IDataService } from '../services/tokens';

const POLL_MS = 1_000;
const ALL_TOPICS = '#';

/**
 * What the Streams panel shows. It asks the engine once per second, and only while the panel is visible and the engine
 * has been started by somebody.
 */
export class StreamsModel {
  readonly changed = new Signal<this, void>(this);
  connections: readonly ConnectionInfo[] = [];
  recordings: readonly RecordingInfo[] = [];
  readonly topics = new Map<string, readonly TopicInfo[]>();
  /** The last thing that went wrong in asking, shown in place. */
  error: unknown = null;
  /** Why a connection that is being retried does not stand yet. */
  readonly connectErrors = new Map<string, ErrorRecord>();
  private readonly watched = new Set<string>();
  private visible = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private busy = false;

  constructor(readonly data: IDataService) {
    data.engineStateChanged.connect(() => {
      if (data.engineState !== 'alive') this.watched.clear();
      void this.refresh();
    });
    data.events.connect((_sender, event: StreamsEvent) => {
      if (event.kind !== 'runs') void this.refresh();
    });
    data.settings.onChange(() => void this.refresh());
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (visible) void this.refresh();
    else void this.unwatch();
  }

  async connect(name: string): Promise<void> {
    const engine = await this.data.engine();
    await this.follow(engine.connect(name));
  }

  async disconnect(name: string): Promise<void> {
    this.watched.delete(name);
    this.topics.delete(name);
    await this.follow((await this.data.engine()).disconnect(name));
  }

  async save(connection: ConnectionSettings): Promise<void> {
    await this.follow(this.data.saveConnection(connection));
  }

  async forget(name: string): Promise<void> {
    this.topics.delete(name);
    this.watched.delete(name);
    await this.follow(this.data.forgetConnection(name));
  }

  /** Recordings, whether or not a connection was ever made; starts the engine. */
  async loadRecordings(): Promise<void> {
    await this.data.engine();
    await this.refresh();
  }

  /** Waits for `work`, showing the state meanwhile and after. */
  async follow<T>(work: Promise<T>): Promise<T> {
    void this.refresh();
    try {
      return await work;
    } finally {
      await this.refresh();
    }
  }

  async refresh(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      if (this.data.engineState === 'alive') await this.ask(await this.data.engine());
      else this.connections = (await this.data.knownConnections()).map(({ name, url }) => ({ name, url, status: { state: 'offline' }, messagesPerS: 0 }));
      this.error = this.data.engineError;
    } catch (error) {
      this.error = error;
    } finally {
      this.busy = false;
    }
    this.changed.emit();
    this.schedule();
  }

  private async ask(engine: EngineService): Promise<void> {
    this.connections = await engine.connections();
    this.rememberErrors();
    this.recordings = await engine.recordings();
    if (!this.visible) return;
    for (const connection of this.connections) {
      if (connection.status.state !== 'connected') continue;
      if (!this.watched.has(connection.name)) {
        this.watched.add(connection.name);
        await engine.watchTopics(connection.name, ALL_TOPICS);
      }
      this.topics.set(connection.name, await engine.topics(connection.name));
    }
  }

  /** A retry clears the engine's error; people still want to read why. It goes when the connection stands or is given up. */
  private rememberErrors(): void {
    for (const { name, status } of this.connections) {
      if (status.state !== 'connecting') this.connectErrors.delete(name);
      else if (status.error) this.connectErrors.set(name, status.error);
    }
  }

  private schedule(): void {
    if (!this.visible || this.data.engineState !== 'alive') return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), POLL_MS);
  }

  private async unwatch(): Promise<void> {
    const names = [...this.watched];
    this.watched.clear();
    if (this.data.engineState !== 'alive') return;
    const engine = await this.data.engine();
    await Promise.all(names.map(name => engine.unwatchTopics(name, ALL_TOPICS).catch((error: unknown) => (this.error = error))));
  }
}
