import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ConnectionSettings } from '../../worker/protocol';

export type TypeErrorPolicy = 'warn' | 'block' | 'off';

/** What the user set, checked. Passwords are never among it. */
export interface Settings {
  readonly brokers: readonly ConnectionSettings[];
  readonly typeErrors: TypeErrorPolicy;
  readonly queryRowsMax: number;
  readonly chartMinutes: number;
}
export const DEFAULT_SETTINGS: Settings = { brokers: [], typeErrors: 'warn', queryRowsMax: 10_000, chartMinutes: 5 };

/** Reads settings as the registry gives them; what does not fit falls back to its default, as the schema says. */
export function parseSettings(composite: Readonly<Record<string, unknown>>): Settings {
  const typeErrors = composite['typeErrors'];
  return {
    brokers: Array.isArray(composite['brokers']) ? composite['brokers'].flatMap(parseBroker) : DEFAULT_SETTINGS.brokers,
    typeErrors: typeErrors === 'block' || typeErrors === 'off' ? typeErrors : 'warn',
    queryRowsMax: whole(composite['queryRowsMax'], { min: 1, max: 1_000_000, fallback: DEFAULT_SETTINGS.queryRowsMax }),
    chartMinutes: whole(composite['chartMinutes'], { min: 1, max: 60, fallback: DEFAULT_SETTINGS.chartMinutes })
  };
}

function whole(value: unknown, options: { readonly min: number; readonly max: number; readonly fallback: number }): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= options.min && value <= options.max ? value : options.fallback;
}

function parseBroker(value: unknown): ConnectionSettings[] {
  if (typeof value !== 'object' || value === null) return [];
  const { name, url, username, clientId, keepaliveSeconds } = value as Record<string, unknown>;
  if (typeof name !== 'string' || name === '' || typeof url !== 'string' || !/^wss?:\/\//.test(url)) return [];
  return [
    {
      name,
      url,
      ...(typeof username === 'string' && username !== '' && { username }),
      ...(typeof clientId === 'string' && clientId !== '' && { clientId }),
      ...(typeof keepaliveSeconds === 'number' && { keepaliveSeconds })
    }
  ];
}

/** What of a connection may be stored: everything but the password. */
export function withoutPassword(connection: ConnectionSettings): ConnectionSettings {
  const { password: _password, ...stored } = connection;
  return stored;
}

/** The settings of the workbench, with or without a registry (Lite's REPL and consoles may have none). */
export class SettingsStore {
  private current = DEFAULT_SETTINGS;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly registered: ISettingRegistry.ISettings | null) {
    if (!registered) return;
    const read = (): void => {
      this.current = parseSettings(registered.composite as Record<string, unknown>);
      for (const listener of this.listeners) listener();
    };
    registered.changed.connect(read);
    read();
  }

  get value(): Settings {
    return this.current;
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  async setBrokers(brokers: readonly ConnectionSettings[]): Promise<void> {
    const stored = brokers.map(withoutPassword);
    this.current = { ...this.current, brokers: stored };
    await this.registered?.set('brokers', stored.map(broker => ({ ...broker })));
  }
}
