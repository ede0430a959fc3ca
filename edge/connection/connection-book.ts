import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LittoralError } from '../../engine/error';
import { brokerAddress, type BrokerSettings } from '../mqtt/broker-settings';
import type { SecretRing } from '../secrets/secret-ring';

/** What the name of a connection in a plan stands for at this agent. */
export type Connection =
  | { readonly kind: 'broker'; readonly url: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'statsd'; readonly host: string; readonly port: number }
  /** Messages that are posted to the agent's own HTTP address. */
  | { readonly kind: 'ingest' }
  /** A recording that takes the place of a broker. */
  | { readonly kind: 'recording'; readonly path: string; readonly speed: number };

type KindOf<K extends Connection['kind']> = Extract<Connection, { readonly kind: K }>;

const STATSD_PORT = 8125;
const FORMS: Readonly<Record<Connection['kind'], string>> = {
  broker: 'NAME=mqtt://host:port or mqtts://…',
  folder: 'NAME=file:/folder',
  server: 'NAME=https://host/base',
  statsd: 'NAME=statsd://host:8125',
  ingest: 'NAME=ingest:',
  recording: 'NAME=replay:FILE?speed=1'
};

/** The connections of an agent by name, from `NAME=URL` texts. Secrets are referred to and read when they are needed. */
export class ConnectionBook {
  private constructor(
    private readonly connections: ReadonlyMap<string, Connection>,
    private readonly secrets: SecretRing
  ) {}

  /** Throws `CONNECTION` for a text that is no connection, a name that stands twice, or a password in an address. */
  static parse(texts: readonly string[], secrets: SecretRing): ConnectionBook {
    const connections = new Map<string, Connection>();
    for (const text of texts) {
      const equals = text.indexOf('=');
      const name = text.slice(0, Math.max(0, equals));
      if (name === '') throw refused(text, 'there is no name before "="');
      if (connections.has(name)) throw refused(name, 'it is given twice');
      connections.set(name, parseConnection(name, text.slice(equals + 1)));
    }
    return new ConnectionBook(connections, secrets);
  }

  /** The broker of `name`; undefined when no connection has that name. Throws `CONNECTION_KIND` when it is something else. */
  brokerOf(name: string): BrokerSettings | undefined {
    const connection = this.connections.get(name);
    if (connection === undefined) return undefined;
    if (connection.kind !== 'broker') throw otherKind(name, connection.kind, 'broker');
    return { url: connection.url, renew: this.secrets.credentialsOf(name) };
  }

  /** The recording that stands in for the broker of `name`, or undefined. */
  recordingOf(name: string): KindOf<'recording'> | undefined {
    const connection = this.connections.get(name);
    return connection?.kind === 'recording' ? connection : undefined;
  }

  /** The connection `name`, which must be of `kind`. Throws `NO_CONNECTION` or `CONNECTION_KIND` about `user`. */
  required<K extends Connection['kind']>(name: string, kind: K, user: string): KindOf<K> {
    const connection = this.connections.get(name);
    if (connection === undefined) throw new LittoralError('NO_CONNECTION', `${user}: the agent knows no connection "${name}"; expected one. Start it with --connection ${FORMS[kind].replace('NAME', name)}.`);
    if (connection.kind !== kind) throw otherKind(name, connection.kind, kind);
    return connection as KindOf<K>;
  }

  /** The token that posted messages must bring. Throws `NO_CONNECTION` when there is none, `SECRET_UNREADABLE` when it cannot be read. */
  tokenOf(name: string, user: string): string {
    const secret = this.secrets.get(name);
    if (secret === undefined) throw new LittoralError('NO_CONNECTION', `${user}: connection "${name}" has no token; expected one, so that not everybody on this machine may post. Start the agent with --secret ${name}=env:NAME (or file:PATH).`);
    return secret.reveal();
  }

  /** The header `Authorization` of requests to `name`: Basic for user:password, else Bearer; undefined without a secret. Throws `SECRET_UNREADABLE`. */
  authorizationOf(name: string): string | undefined {
    const secret = this.secrets.get(name)?.reveal();
    if (secret === undefined) return undefined;
    return secret.includes(':') ? `Basic ${Buffer.from(secret, 'utf8').toString('base64')}` : `Bearer ${secret}`;
  }
}

function parseConnection(name: string, text: string): Connection {
  if (text.startsWith('replay:')) return recording(name, text.slice('replay:'.length));
  if (/^file:(?!\/\/)/.test(text)) return { kind: 'folder', path: resolve(text.slice('file:'.length)) };
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw refused(name, 'what follows "=" is no address', cause);
  }
  switch (url.protocol) {
    case 'file:':
      return { kind: 'folder', path: fileURLToPath(url) };
    case 'http:':
    case 'https:':
      if (url.username !== '' || url.password !== '') throw refused(name, `the address holds a secret, which everybody on the machine can see; use --secret ${name}=env:NAME`);
      return { kind: 'server', url: url.href };
    case 'statsd:':
      return { kind: 'statsd', host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? STATSD_PORT : Number(url.port) };
    case 'ingest:':
      return { kind: 'ingest' };
    default:
      brokerAddress({ url: text });
      return { kind: 'broker', url: text };
  }
}

function recording(name: string, text: string): Connection {
  const [path = '', query = ''] = text.split('?', 2);
  const speed = Number(new URLSearchParams(query).get('speed') ?? '0');
  if (path === '' || !(speed >= 0 && Number.isFinite(speed))) throw refused(name, 'the recording has no file, or its speed is no number from 0');
  return { kind: 'recording', path: resolve(path), speed };
}

function refused(name: string, seen: string, cause?: unknown): LittoralError {
  return new LittoralError('CONNECTION', `connection "${name}": ${seen}; expected one of ${Object.values(FORMS).join(' · ')}. Correct --connection.`, { cause });
}

function otherKind(name: string, seen: Connection['kind'], expected: Connection['kind']): LittoralError {
  return new LittoralError('CONNECTION_KIND', `connection "${name}": it is a ${seen}, but the pipeline needs a ${expected}; expected ${FORMS[expected].replace('NAME', name)}. Correct --connection.`);
}
