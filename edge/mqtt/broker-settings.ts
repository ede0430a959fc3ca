import { LittoralError } from '../../engine/error';
import type { TlsSettings } from '../env/tls-settings';

/** How to reach one broker. Secrets come from the caller and stay in memory; no message or log names them. */
export interface BrokerSettings {
  /** mqtt://host[:1883] or mqtts://host[:8883]; a user name and password in the URL are taken out of it. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsSettings;
  /** Read before each connection, so that rotated secrets are taken; what it gives goes before the members of the same name. */
  readonly renew?: () => RenewedSettings;
  /** Default 30. */
  readonly keepaliveS?: number;
  /** How long the broker is asked to keep the session of a source while the agent is away; default 7 days. MQTT 3.1.1 knows no such wish. */
  readonly sessionExpiryS?: number;
  /** Messages that the broker may send before the first of them is acknowledged, default 65 535. */
  readonly receiveMax?: number;
  /** Default `auto`: MQTT 5, or 3.1.1 when the broker refuses that. */
  readonly protocol?: 'auto' | 4 | 5;
}

export type RenewedSettings = Pick<BrokerSettings, 'username' | 'password' | 'tls'>;

/** `settings` with what their secrets say now. Throws `SECRET_UNREADABLE`. */
export function renewed(settings: BrokerSettings): BrokerSettings {
  if (settings.renew === undefined) return settings;
  const { username, password, tls } = settings.renew();
  return { ...settings, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }), ...(tls === undefined ? {} : { tls: { ...settings.tls, ...tls } }) };
}

/** `settings` with certificates and key of `defaults` where they have none; user and password only when these are meant for this broker. */
export function withDefaults(settings: BrokerSettings, defaults: (() => RenewedSettings) | undefined, { credentials }: { readonly credentials: boolean }): BrokerSettings {
  if (defaults === undefined) return settings;
  return {
    ...settings,
    renew: () => {
      const { username, password, tls } = defaults();
      return { ...(tls === undefined || settings.tls !== undefined ? {} : { tls }), ...(credentials && username !== undefined ? { username, password } : {}), ...settings.renew?.() };
    }
  };
}

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The address without credentials, for messages. */
  readonly label: string;
}

const SCHEMES: Readonly<Record<string, boolean>> = { 'mqtt:': false, 'tcp:': false, 'mqtts:': true, 'ssl:': true, 'tls:': true };

/** Throws `BROKER_URL` when the URL is not one of a broker over TCP or TLS. */
export function brokerAddress(settings: BrokerSettings): BrokerAddress {
  let url: URL;
  try {
    url = new URL(settings.url);
  } catch (cause) {
    throw badUrl(settings.url.replace(/\/\/[^@/]*@/, '//'), cause);
  }
  const secure = SCHEMES[url.protocol];
  if (secure === undefined || url.hostname === '') throw badUrl(`${url.protocol}//${url.host}`, undefined);
  const port = url.port === '' ? (secure ? 8883 : 1883) : Number(url.port);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    secure,
    username: settings.username ?? (url.username === '' ? undefined : decodeURIComponent(url.username)),
    password: settings.password ?? (url.password === '' ? undefined : decodeURIComponent(url.password)),
    label: `${url.protocol}//${url.hostname}:${port}`
  };
}

function badUrl(seen: string, cause: unknown): LittoralError {
  return new LittoralError('BROKER_URL', `broker "${seen}": not an address that the agent can use; expected mqtt://host:port or mqtts://host:port. Correct --broker.`, { cause });
}
