import { LittoralError } from '../../engine/error';

const REFUSALS: Readonly<Record<number, readonly [words: string, next: string]>> = {
  0x01: ['unacceptable protocol version', 'Use a broker that speaks MQTT 3.1.1 or 5'],
  0x02: ['client identifier rejected', 'Give the agent another client id'],
  0x03: ['server unavailable', 'Look at the broker'],
  0x04: ['bad user name or password', 'Check user name and password of this connection'],
  0x05: ['not authorised', 'Check the user name of this connection and its rights at the broker'],
  0x84: ['unsupported protocol version', 'Use a broker that speaks MQTT 3.1.1 or 5'],
  0x85: ['client identifier not valid', 'Give the agent another client id'],
  0x86: ['bad user name or password', 'Check user name and password of this connection'],
  0x87: ['not authorised', 'Check the user name of this connection and its rights at the broker'],
  0x88: ['server unavailable', 'Look at the broker'],
  0x89: ['server busy', 'Look at the load of the broker'],
  0x8a: ['banned', 'Ask the owner of the broker'],
  0x8e: ['session taken over by a client with the same id', 'Stop the other agent, or give this one another data folder'],
  0x97: ['quota exceeded', 'Ask the owner of the broker'],
  0x9f: ['connection rate exceeded', 'Ask the owner of the broker']
};
const UNAUTHORISED = new Set([0x04, 0x05, 0x86, 0x87, 0x8a]);
const WRONG_VERSION = new Set([0x01, 0x84]);

const SOCKET: Readonly<Record<string, readonly [layer: string, words: string, next: string]>> = {
  ECONNREFUSED: ['TCP', 'nobody listens there', 'Start the broker or correct the port'],
  ENOTFOUND: ['name resolution', 'the host name is unknown', 'Correct the host name'],
  EAI_AGAIN: ['name resolution', 'the name server does not answer', 'Check the network of this machine'],
  ETIMEDOUT: ['TCP', 'no answer', 'Check the network and firewalls'],
  EHOSTUNREACH: ['TCP', 'the host cannot be reached', 'Check the network and firewalls'],
  ENETUNREACH: ['TCP', 'the network cannot be reached', 'Check the network of this machine'],
  ECONNRESET: ['TCP', 'the broker closed the connection', 'Look at the log of the broker'],
  EPIPE: ['TCP', 'the broker closed the connection', 'Look at the log of the broker']
};

/** A refusal by the broker's CONNACK (or MQTT 5 DISCONNECT) with `code`. */
export function refusal(url: string, code: number): LittoralError {
  const [words, next] = REFUSALS[code] ?? ['reason unknown', 'Look at the log of the broker'];
  const slow = UNAUTHORISED.has(code) ? 'tried again every 60 s' : 'tried again';
  return new LittoralError('MQTT_REFUSED', `broker ${url}: refused the connection (MQTT, code ${code}, ${words}); expected acceptance; ${slow}. ${next}.`, {
    retryable: true,
    details: { layer: 'mqtt', code, unauthorised: UNAUTHORISED.has(code), wrongVersion: WRONG_VERSION.has(code) }
  });
}

/** A failed or lost socket; names the layer that failed. */
export function socketFailure(url: string, error: Error & { code?: string }, secure: boolean): LittoralError {
  const known = error.code === undefined ? undefined : SOCKET[error.code];
  if (known !== undefined) {
    const [layer, words, next] = known;
    return new LittoralError('MQTT_UNREACHABLE', `broker ${url}: no connection (${layer}, ${error.code}, ${words}); tried again. ${next}.`, {
      cause: error,
      retryable: true,
      details: { layer: layer === 'TCP' ? 'socket' : 'name' }
    });
  }
  const layer = secure ? 'TLS' : 'TCP';
  return new LittoralError('MQTT_UNREACHABLE', `broker ${url}: no connection (${layer}, ${error.message}); tried again. ${secure ? 'Check the certificate authority, the host name in the certificate and its dates' : 'Look at the log of the broker'}.`, {
    cause: error,
    retryable: true,
    details: { layer: secure ? 'tls' : 'socket' }
  });
}

/** Silence or an early end, in words. */
export function lost(url: string, seen: string, next: string): LittoralError {
  return new LittoralError('MQTT_UNREACHABLE', `broker ${url}: ${seen}; tried again. ${next}.`, { retryable: true, details: { layer: 'mqtt' } });
}
