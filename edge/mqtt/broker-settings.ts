import { LittoralError } from '../../engine/error';
import type { TlsSettings } from '../env/tls-settings';

/** How to reach one broker. Secrets come from the caller and stay in memory; no message or log names them. */
export interface BrokerSettings {
  /** mqtt://host[:1883] or mqtts://host[:8883]; a user name and password in the URL are taken out of it. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsSettings;
  /** Default 30. */
  readonly keepaliveS?: number;
  /** How long the broker is asked to keep the session of a source while the agent is away; default 7 days. MQTT 3.1.1 knows no such wish. */
  readonly sessionExpiryS?: number;
  /** Messages that the broker may send before the first of them is acknowledged, default 65 535. */
  readonly receiveMax?: number;
  /** Default `auto`: MQTT 5, or 3.1.1 when the broker refuses that. */
  readonly protocol?: 'auto' | 4 | 5;
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
