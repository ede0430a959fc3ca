import { LittoralError } from '../../engine/error';
import { parseSecret, type SecretSurroundings } from './parse-secret';
import type { Secret } from './secret';

/** User name and password, read when a connection is made. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Secrets by name, from `NAME=REF` texts. A name is that of a connection (its value is `user:password`, or a token), or
 * `connection.part` for one part of it, such as `plant.password` or `bucket.accessKeyId`.
 */
export class SecretRing {
  private constructor(private readonly secrets: ReadonlyMap<string, Secret>) {}

  /** Throws `SECRET_REFERENCE` for what is not NAME=REF or stands twice. */
  static parse(texts: readonly string[], surroundings?: SecretSurroundings): SecretRing {
    const secrets = new Map<string, Secret>();
    for (const text of texts) {
      const equals = text.indexOf('=');
      const name = text.slice(0, Math.max(0, equals));
      if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) {
        throw new LittoralError('SECRET_REFERENCE', 'secret: a name is missing before "="; expected NAME=REF with a name of letters, digits, ".", "_" and "-", e.g. --secret plant=env:PLANT_PASSWORD.');
      }
      if (secrets.has(name)) throw new LittoralError('SECRET_REFERENCE', `secret "${name}": given twice; expected each name once. Leave one --secret ${name}=… out.`);
      secrets.set(name, parseSecret(text.slice(equals + 1), surroundings));
    }
    return new SecretRing(secrets);
  }

  get(name: string): Secret | undefined {
    return this.secrets.get(name);
  }

  /** The user and password of a connection, read at each call; undefined when no secret is named after it. Throws `SECRET_UNREADABLE`. */
  credentialsOf(connection: string): (() => Credentials) | undefined {
    const whole = this.secrets.get(connection);
    const username = this.secrets.get(`${connection}.username`);
    const password = this.secrets.get(`${connection}.password`);
    if (whole !== undefined) return () => splitCredentials(whole);
    if (username === undefined || password === undefined) return undefined;
    return () => ({ username: username.reveal(), password: password.reveal() });
  }
}

function splitCredentials(secret: Secret): Credentials {
  const text = secret.reveal();
  const colon = text.indexOf(':');
  if (colon < 0) throw new LittoralError('SECRET_UNREADABLE', `secret ${secret.reference}: there is no ":" in it; expected user:password.`, { retryable: true });
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
