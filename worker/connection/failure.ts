import { LittoralError } from '../../engine/error';
import type { ConnectionSettings } from '../protocol';

/** Where a connection broke. A browser does not tell a missing name from a closed port, so `socket` covers both. */
export type FailureLayer = 'url' | 'socket' | 'tls' | 'upgrade' | 'mqtt' | 'lost';

export interface Failure {
  readonly layer: FailureLayer;
  /** MQTT return code (3.1.1) or reason code (5) of a refusal. */
  readonly refusal?: number;
  /** What the library or the socket said. */
  readonly seen?: string;
}

const REFUSALS: Readonly<Record<number, { readonly words: string; readonly next: string; readonly retryable: boolean }>> = {
  1: { words: 'unacceptable protocol version', next: 'Check that the broker speaks MQTT 3.1.1 or 5.', retryable: false },
  2: { words: 'client id rejected', next: 'Choose another client id in the connection settings.', retryable: false },
  3: { words: 'server unavailable', next: 'Ask the operator of the broker if it stays so.', retryable: true },
  4: { words: 'bad user name or password', next: 'Check user name and password in the connection settings.', retryable: false },
  5: { words: 'not authorised', next: 'Check user name and password in the connection settings.', retryable: false },
  132: { words: 'unsupported protocol version', next: 'Check that the broker speaks MQTT 3.1.1 or 5.', retryable: false },
  133: { words: 'client id not valid', next: 'Choose another client id in the connection settings.', retryable: false },
  134: { words: 'bad user name or password', next: 'Check user name and password in the connection settings.', retryable: false },
  135: { words: 'not authorised', next: 'Check user name and password in the connection settings.', retryable: false },
  136: { words: 'server unavailable', next: 'Ask the operator of the broker if it stays so.', retryable: true },
  137: { words: 'server busy', next: 'Ask the operator of the broker if it stays so.', retryable: true },
  138: { words: 'banned', next: 'Ask the operator of the broker.', retryable: false }
};

/** True when the broker refused MQTT 5 in a way that a 3.1.1 broker does. */
export function refusesVersion(error: LittoralError): boolean {
  const refusal = error.details['refusal'];
  return refusal === 1 || refusal === 132 || error.code === 'BROKER_SILENT';
}

/** The error of a failed connection: subject, what was seen, what was expected, what to do; never a password. */
export function connectionError(settings: ConnectionSettings, failure: Failure): LittoralError {
  const subject = `connection "${settings.name}"`;
  const place = parseUrl(settings.url);
  const where = place === null ? settings.url : place.where;
  const make = (code: string, message: string, retryable: boolean): LittoralError =>
    new LittoralError(code, `${subject}: ${message}`, {
      retryable,
      details: { connection: settings.name, url: where, layer: failure.layer, ...(failure.refusal === undefined ? {} : { refusal: failure.refusal }), ...(failure.seen === undefined ? {} : { seen: failure.seen }) }
    });
  switch (failure.layer) {
    case 'url':
      return make('BROKER_URL', `"${where}" cannot be used${failure.seen === undefined ? '' : ` (${failure.seen})`}; expected ws://host:port/path or wss://host:port/path. Correct the URL in the connection settings.`, false);
    case 'socket':
      return make('BROKER_UNREACHABLE', `${unreachable(place, where)} Check the address and that the broker runs.`, true);
    case 'tls':
      return make('BROKER_TLS', `${where} answers without TLS; wss:// expects a certificate. Use ws:// or switch TLS on at the broker.`, false);
    case 'upgrade':
      return make('BROKER_NO_WEBSOCKET', `${where} answers HTTP but refused the WebSocket with subprotocol "mqtt". Check port and path: brokers have a listener of their own for MQTT over WebSocket.`, true);
    case 'mqtt':
      return mqttError(make, where, failure);
    case 'lost':
      return make('BROKER_LOST', `${where} closed the connection${failure.seen === undefined || failure.seen === '' ? '' : ` (${failure.seen})`}. Messages at QoS 0 that are sent until it is back are not received.`, true);
  }
}

function mqttError(make: (code: string, message: string, retryable: boolean) => LittoralError, where: string, failure: Failure): LittoralError {
  if (failure.refusal === undefined) {
    return make('BROKER_SILENT', `the WebSocket to ${where} opened, but no MQTT answer came${failure.seen === undefined ? '' : ` (${failure.seen})`}. Check that the port is an MQTT listener.`, true);
  }
  const known = REFUSALS[failure.refusal];
  const words = known?.words ?? failure.seen ?? 'no reason given';
  const retryable = known?.retryable ?? false;
  return make('BROKER_REFUSED', `broker ${where} refused the connection (code ${failure.refusal}, ${words})${retryable ? '' : '; not retried'}. ${known?.next ?? 'Look up the code in the log of the broker.'}`, retryable);
}

interface Place {
  readonly where: string;
  readonly host: string;
  readonly port: string;
  readonly secure: boolean;
  readonly literal: boolean;
}

function parseUrl(text: string): Place | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const secure = url.protocol === 'wss:';
  const port = url.port === '' ? (secure ? '443' : '80') : url.port;
  const literal = /^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[') || url.hostname === 'localhost';
  return { where: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`, host: url.hostname, port, secure, literal };
}

function unreachable(place: Place | null, where: string): string {
  if (place === null) return `nothing answers at ${where}.`;
  const causes = [
    ...(place.literal ? [] : [`the name "${place.host}" cannot be resolved`]),
    `nothing accepts connections at ${place.host} port ${place.port}`,
    ...(place.secure ? ['its TLS certificate is not trusted by this browser'] : [])
  ];
  const words = causes.length === 1 ? causes[0] : `${causes.slice(0, -1).join(', ')} or ${causes[causes.length - 1]}`;
  return causes.length === 1 ? `${words}.` : `no connection to ${where}: ${words} (a browser does not say which).`;
}
