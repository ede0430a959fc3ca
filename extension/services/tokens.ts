import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { ErrorRecord } from '../../engine/error';
import type { AssetUrls, ConnectionSettings, EngineService, LakeService, StreamsEvent } from '../../worker/protocol';
import type { SettingsStore } from './settings';
import type { SiteConfig } from './site-config';

/** The one door from plugins and kernels to the workers of this page. Nothing starts before it is asked for. */
export interface IDataService {
  /** The data engine; the first call starts its worker and tells it the known connections. */
  engine(): Promise<EngineService>;
  /** The lake; the first call starts its worker. */
  lake(): LakeService;
  /** `idle` until somebody asked for the engine, `down` after it died. */
  readonly engineState: 'idle' | 'alive' | 'down';
  readonly engineStateChanged: ISignal<IDataService, void>;
  /** What the engine died of. */
  readonly engineError: ErrorRecord | null;
  restartEngine(): Promise<void>;
  readonly events: ISignal<IDataService, StreamsEvent>;
  /** What the site offers. Rejected with `SITE_CONFIG` when its file cannot be read. */
  readonly site: Promise<SiteConfig>;
  readonly settings: SettingsStore;
  readonly assets: AssetUrls;
  /** Connections that are offered or stored: made by nobody yet, or known to the engine. */
  knownConnections(): Promise<readonly ConnectionSettings[]>;
  /** Adds or changes a connection and stores it without its password. */
  saveConnection(connection: ConnectionSettings): Promise<void>;
  forgetConnection(name: string): Promise<void>;
}

export const IDataService = new Token<IDataService>('littoral:IDataService', 'The data engine, the lake and the connections of this page.');
