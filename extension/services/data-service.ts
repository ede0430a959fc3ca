import { Signal } from '@lumino/signaling';
import { LittoralError, toErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';
import { createEngineClient, createLakeClient } from '../../worker/client';
import type { Supervised } from '../../worker/client';
import type { ConnectionSettings, EngineService, LakeService, StreamsEvent } from '../../worker/protocol';
import { assetUrls, engineWorkerUrl, lakeWorkerUrl } from './asset-urls';
import type { SettingsStore } from './settings';
import { NOTHING_OFFERED } from './site-config';
import type { SiteConfig } from './site-config';
import type { IDataService } from './tokens';

export class DataService implements IDataService {
  readonly assets = assetUrls();
  readonly events = new Signal<this, StreamsEvent>(this);
  readonly engineStateChanged = new Signal<this, void>(this);
  private readonly engineClient: Supervised<EngineService>;
  private lakeClient: Supervised<LakeService> | null = null;
  private starting: Promise<EngineService> | null = null;
  private error: ErrorRecord | null = null;
  /** Told to the engine in this page; with passwords, in memory only. */
  private readonly told = new Map<string, ConnectionSettings>();

  constructor(
    readonly site: Promise<SiteConfig>,
    readonly settings: SettingsStore
  ) {
    this.engineClient = createEngineClient({ worker: engineWorkerUrl(), assets: this.assets, onDown: error => this.onDown(error) });
  }

  get engineState(): 'idle' | 'alive' | 'down' {
    if (this.error !== null) return 'down';
    return this.starting === null ? 'idle' : 'alive';
  }

  get engineError(): ErrorRecord | null {
    return this.error;
  }

  engine(): Promise<EngineService> {
    this.starting ??= this.start();
    return this.starting;
  }

  lake(): LakeService {
    this.lakeClient ??= createLakeClient({ worker: lakeWorkerUrl(), assets: this.assets });
    if (this.lakeClient.state === 'dead') void this.lakeClient.restart();
    return this.lakeClient.service;
  }

  async restartEngine(): Promise<void> {
    this.error = null;
    this.starting = this.engineClient.restart().then(() => this.introduce());
    this.engineStateChanged.emit();
    await this.starting;
  }

  async knownConnections(): Promise<readonly ConnectionSettings[]> {
    const site = await this.site.catch(() => NOTHING_OFFERED);
    const known = new Map<string, ConnectionSettings>();
    if (site.broker) known.set(site.broker.name, { name: site.broker.name, url: site.broker.wsUrl });
    for (const broker of this.settings.value.brokers) known.set(broker.name, broker);
    for (const [name, connection] of this.told) known.set(name, connection);
    return [...known.values()];
  }

  async saveConnection(connection: ConnectionSettings): Promise<void> {
    const engine = await this.engine();
    await engine.addConnection(connection);
    this.told.set(connection.name, connection);
    await this.settings.setBrokers([...this.settings.value.brokers.filter(broker => broker.name !== connection.name), connection]);
  }

  async forgetConnection(name: string): Promise<void> {
    if (this.told.delete(name)) await (await this.engine()).removeConnection(name);
    await this.settings.setBrokers(this.settings.value.brokers.filter(broker => broker.name !== name));
  }

  private async start(): Promise<EngineService> {
    try {
      const engine = await this.introduce();
      this.engineStateChanged.emit();
      return engine;
    } catch (error) {
      this.onDown(error instanceof LittoralError ? error : new LittoralError('WORKER_DOWN', toErrorRecord(error).message));
      throw error;
    }
  }

  private async introduce(): Promise<EngineService> {
    const engine = this.engineClient.service;
    for (const connection of await this.knownConnections()) {
      await engine.addConnection(connection);
      this.told.set(connection.name, connection);
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<StreamsEvent>) => this.events.emit(event.data);
    await engine.listen(port2);
    return engine;
  }

  private onDown(error: LittoralError): void {
    this.error = toErrorRecord(error);
    this.engineStateChanged.emit();
  }
}
