import { readFileSync } from 'node:fs';
import { LittoralError } from '../../engine/error';
import type { RenewedSettings } from '../mqtt/broker-settings';
import { SECRET_BYTES_MAX } from './parse-secret';
import type { Secret } from './secret';
import type { SecretRing } from './secret-ring';

export interface BrokerSecretOptions {
  readonly ring: SecretRing;
  /** PEM files: certificates of authorities, and this agent's own. */
  readonly caFile?: string;
  readonly certFile?: string;
  /** This agent's private key, PEM. */
  readonly key?: Secret;
}

/**
 * What a connection to a broker needs beside its address, read anew for each connection: user and password of the secret
 * `broker`, certificates and key. Undefined when there is nothing of that. Throws `SECRET_UNREADABLE` when it is called.
 */
export function brokerSecrets({ ring, caFile, certFile, key }: BrokerSecretOptions): (() => RenewedSettings) | undefined {
  const credentials = ring.credentialsOf('broker');
  const hasTls = caFile !== undefined || certFile !== undefined || key !== undefined;
  if (credentials === undefined && !hasTls) return undefined;
  return () => ({ ...credentials?.(), ...(hasTls ? { tls: { ca: pem(caFile), cert: pem(certFile), key: key?.reveal() } } : {}) });
}

function pem(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length <= SECRET_BYTES_MAX * 16 && text.includes('-----BEGIN ')) return text;
  } catch (cause) {
    const code = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
    throw new LittoralError('SECRET_UNREADABLE', `certificate "${path}": the file cannot be read (${code}); expected PEM. Check the path and the rights of this user.`, { cause, retryable: true });
  }
  throw new LittoralError('SECRET_UNREADABLE', `certificate "${path}": it holds no certificate; expected PEM, beginning with -----BEGIN CERTIFICATE-----.`, { retryable: true });
}
