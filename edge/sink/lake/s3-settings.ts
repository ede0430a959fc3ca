import { LittoralError } from '../../../engine/error';
import { parseSecret } from '../../secrets/parse-secret';
import type { Secret } from '../../secrets/secret';

/** An S3-compatible store and where the lake is in it. */
export interface S3Settings {
  /** Address of the store; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Without `/` at either end; may be empty. */
  readonly prefix: string;
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * The store of `s3://bucket/prefix`. From the environment come LITTORAL_S3_ENDPOINT (default: Amazon's of the region),
 * LITTORAL_S3_REGION or AWS_REGION (default us-east-1) and the credentials AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 * AWS_SESSION_TOKEN, each either itself or as the path of a file in a variable of that name with _FILE. Throws `LAKE_STORE`.
 */
export function s3Settings(location: string, environment: Environment = process.env): S3Settings {
  const match = LOCATION.exec(location);
  const [, bucket = '', prefix = ''] = match ?? [];
  if (match === null) throw new LittoralError('LAKE_STORE', `lake "${location}": it names no bucket; expected s3://bucket/prefix. Correct the address.`);
  const region = environment['LITTORAL_S3_REGION'] ?? environment['AWS_REGION'] ?? 'us-east-1';
  return {
    endpoint: endpointOf(location, environment['LITTORAL_S3_ENDPOINT'] ?? `https://s3.${region}.amazonaws.com`),
    region,
    bucket,
    prefix: prefix.split('/').filter(part => part !== '').join('/'),
    accessKeyId: secretOf('AWS_ACCESS_KEY_ID', environment),
    secretAccessKey: secretOf('AWS_SECRET_ACCESS_KEY', environment),
    sessionToken: environment['AWS_SESSION_TOKEN'] === undefined && environment['AWS_SESSION_TOKEN_FILE'] === undefined ? null : secretOf('AWS_SESSION_TOKEN', environment)
  };
}

function endpointOf(location: string, text: string): string {
  let url: URL | null = null;
  try {
    url = new URL(text);
  } catch {
    url = null;
  }
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '') {
    throw new LittoralError('LAKE_STORE', `lake "${location}": LITTORAL_S3_ENDPOINT is not the address of a store; expected http(s)://host:port without user, password or query. Correct the variable.`);
  }
  return url.href.replace(/\/$/, '');
}

function secretOf(name: string, environment: Environment): Secret {
  const file = environment[`${name}_FILE`];
  return parseSecret(file === undefined ? `env:${name}` : `file:${file}`, { environment });
}
