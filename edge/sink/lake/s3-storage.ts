import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { LittoralError } from '../../../engine/error';
import { pause, type Env } from '../../env/env';
import type { S3Settings } from './s3-settings';
import { listedPage } from './s3-list';
import { FILE_BYTES_MAX, type LakeStorage, type StoredFile } from './storage';

export interface S3StorageOptions {
  readonly settings: S3Settings;
  readonly env: Env;
  /** Carries out a signed request; default: Node's own. */
  readonly send?: (url: URL, init: RequestInit) => Promise<Response>;
}

interface Ask {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;
const REQUEST_MS_MAX = 120_000;
const PAGES_MAX = 10_000;
const ERROR_CHARACTERS_MAX = 300;
/** Beside the tables, so that no reader of one meets it. */
const PROBE = '_littoral/conditional-writes';

/** A lake in an S3-compatible store: path-style addresses, Signature Version 4, files created with `If-None-Match: *`. */
export class S3Storage implements LakeStorage {
  readonly name: string;
  private readonly send: NonNullable<S3StorageOptions['send']>;

  constructor(private readonly options: S3StorageOptions) {
    const { bucket, prefix } = options.settings;
    this.name = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.send = options.send ?? ((url, init) => fetch(url, init));
  }

  /** Throws `LAKE_STORE` when the store does not refuse to overwrite: then it could lose rows without a word. */
  async check(): Promise<void> {
    const bytes = new TextEncoder().encode('Littoral creates this file twice to see that the store refuses the second time.\n');
    await this.create(PROBE, bytes);
    if (await this.create(PROBE, bytes)) {
      throw new LittoralError('LAKE_STORE', `lake "${this.name}": the store overwrites a file in spite of "If-None-Match: *"; expected status 412. Two writers could lose rows there: take a store with conditional writes.`);
    }
  }

  async list(prefix: string): Promise<readonly StoredFile[]> {
    const found: StoredFile[] = [];
    const root = this.key('');
    let token: string | null = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const query: Record<string, string> = { 'list-type': '2', prefix: this.key(prefix), ...(token === null ? {} : { 'continuation-token': token }) };
      const listed = listedPage(await (await this.ask({ method: 'GET', path: '', query }, [200])).text(), this.name);
      for (const { key, bytes, modifiedMs } of listed.files) if (key.startsWith(root)) found.push({ path: key.slice(root.length), bytes, modifiedMs });
      token = listed.next;
      if (token === null) return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    }
    throw new LittoralError('LAKE_STORE', `lake "${this.name}": the list of "${prefix}" has more than ${PAGES_MAX} pages. Divide the lake.`);
  }

  async read(path: string, bytesMax = FILE_BYTES_MAX): Promise<Uint8Array | null> {
    const response = await this.ask({ method: 'GET', path }, [200, 404]);
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > bytesMax) throw new LittoralError('LAKE_FILE_SIZE', `lake file "${path}" in "${this.name}": it has more than ${bytesMax} bytes. Write smaller files.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    const response = await this.ask({ method: 'PUT', path, body: bytes, headers: { 'if-none-match': '*', 'content-type': 'application/octet-stream' } }, [200, 412]);
    await response.body?.cancel();
    return response.status === 200;
  }

  async freshen(path: string): Promise<void> {
    const source = `/${this.options.settings.bucket}/${this.key(path).split('/').map(encodeURIComponent).join('/')}`;
    const response = await this.ask({ method: 'PUT', path, headers: { 'x-amz-copy-source': source, 'x-amz-metadata-directive': 'REPLACE' } }, [200, 404]);
    await response.body?.cancel();
  }

  async delete(path: string): Promise<void> {
    const response = await this.ask({ method: 'DELETE', path }, [200, 204, 404]);
    await response.body?.cancel();
  }

  private key(path: string): string {
    const { prefix } = this.options.settings;
    return prefix === '' ? path : `${prefix}/${path}`;
  }

  /**
   * The answer to a request, once its status is one of `expected`. Trouble of the store or on the way is tried again; a
   * file whose creation went through unseen is then found to be there, so callers compare what is there with what they wrote.
   */
  private async ask(ask: Ask, expected: readonly number[]): Promise<Response> {
    const { env } = this.options;
    let problem: LittoralError | null = null;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(env, FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + env.random()));
      const response = await this.attempt(ask);
      if (response instanceof LittoralError) problem = response;
      else if (expected.includes(response.status)) return response;
      else {
        problem = await this.refusal(ask, response);
        if (!problem.retryable) throw problem;
      }
    }
    throw problem ?? new LittoralError('LAKE_STORE', `lake "${this.name}": no attempt was made.`);
  }

  private async attempt(ask: Ask): Promise<Response | LittoralError> {
    const request = await this.signed(ask);
    try {
      return await this.send(request.url, { method: request.method, headers: request.headers, signal: AbortSignal.timeout(REQUEST_MS_MAX), redirect: 'error', ...(ask.body === undefined ? {} : { body: ask.body as Uint8Array<ArrayBuffer> }) });
    } catch (cause) {
      const reason = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause);
      return new LittoralError('LAKE_STORE', `lake "${this.name}": the store at ${this.options.settings.endpoint} did not answer ${ask.method} "${ask.path}" (${reason}); expected a status. Check the address and the network.`, { cause, retryable: true });
    }
  }

  private async signed({ method, path, query = {}, headers = {}, body }: Ask): Promise<{ readonly url: URL; readonly method: string; readonly headers: Headers }> {
    const { settings, env } = this.options;
    const url = new URL(`${settings.endpoint}/${settings.bucket}${path === '' ? '/' : `/${this.key(path).split('/').map(encodeURIComponent).join('/')}`}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const sessionToken = settings.sessionToken?.reveal();
    const signer = new AwsV4Signer({
      url: url.href,
      method,
      headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body ?? '').digest('hex') },
      accessKeyId: settings.accessKeyId.reveal(),
      secretAccessKey: settings.secretAccessKey.reveal(),
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 's3',
      region: settings.region,
      datetime: new Date(env.nowMs()).toISOString().replace(/[:-]|\.\d{3}/g, '')
    });
    return await signer.sign();
  }

  private async refusal({ method, path }: Ask, response: Response): Promise<LittoralError> {
    const text = (await response.text()).slice(0, 10_000);
    const code = /<Code>([A-Za-z0-9]{1,100})<\/Code>/.exec(text)?.[1] ?? text.slice(0, ERROR_CHARACTERS_MAX).replace(/\s+/g, ' ');
    const retryable = response.status >= 500 || response.status === 429 || response.status === 409 || response.status === 408;
    return new LittoralError('LAKE_STORE', `lake "${this.name}": the store answered ${method} "${path}" with status ${response.status} (${code}). Check bucket, region and credentials.`, {
      retryable,
      details: { status: response.status, code }
    });
  }
}
