import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const REGION = 'eu-test-1';
const ACCESS_KEY_ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const KEYS_PER_PAGE = 3;

/** What a test tells the server to do with the next request instead of answering it. */
export type Trouble = 'status 503' | 'connection lost before' | 'connection lost after';

export interface S3Server {
  readonly environment: Readonly<Record<string, string>>;
  readonly objects: Map<string, { readonly body: Buffer; readonly modifiedMs: number }>;
  /** Taken in order by requests of `method`. */
  readonly troubles: { readonly method: string; readonly trouble: Trouble }[];
  readonly requests: string[];
  /** Whether `If-None-Match: *` is heeded; some stores do not. */
  honoursConditions: boolean;
  close(): Promise<void>;
}

/** The part of S3 that a lake needs, with signatures checked as Amazon's documentation of Signature Version 4 has them. */
export async function startS3(): Promise<S3Server> {
  const state = { objects: new Map<string, { body: Buffer; modifiedMs: number }>(), troubles: [] as S3Server['troubles'], requests: [] as string[], honoursConditions: true };
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then(body => {
      const { method = '', url = '' } = request;
      state.requests.push(`${method} ${url}`);
      const trouble = state.troubles[0]?.method === method ? state.troubles.shift()?.trouble : undefined;
      if (trouble === 'connection lost before') return request.socket.destroy();
      const answer = trouble === 'status 503' ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' } : answerTo(request, body, state);
      if (trouble === 'connection lost after') return request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/xml' }).end(answer.body);
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    environment: { LITTORAL_S3_ENDPOINT: endpoint, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET },
    close: () => new Promise<void>(done => {
      server.closeAllConnections();
      server.close(() => done());
    })
  });
}

type State = Pick<S3Server, 'objects' | 'honoursConditions'>;
interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
}

function answerTo(request: IncomingMessage, body: Buffer, { objects, honoursConditions }: State): Answer {
  const url = new URL(request.url ?? '/', 'http://store');
  if (!isSigned(request, url, body)) return { status: 403, body: '<Error><Code>SignatureDoesNotMatch</Code></Error>' };
  const key = decodeURIComponent(url.pathname).replace(/^\/[^/]+\//, '');
  if (request.method === 'GET' && key === '') return { status: 200, body: listing(url, objects) };
  const known = objects.get(key);
  switch (request.method) {
    case 'GET':
      return known === undefined ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' } : { status: 200, body: known.body };
    case 'DELETE':
      objects.delete(key);
      return { status: 204, body: '' };
    case 'PUT':
      if (request.headers['x-amz-copy-source'] !== undefined) {
        if (known !== undefined) objects.set(key, { ...known, modifiedMs: Date.now() });
        return { status: known === undefined ? 404 : 200, body: '' };
      }
      if (known !== undefined && honoursConditions && request.headers['if-none-match'] === '*') return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' };
      objects.set(key, { body, modifiedMs: Date.now() });
      return { status: 200, body: '' };
    default:
      return { status: 405, body: '' };
  }
}

function listing(url: URL, objects: State['objects']): string {
  const after = url.searchParams.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter(key => key.startsWith(url.searchParams.get('prefix') ?? '') && key > after).sort();
  const page = keys.slice(0, KEYS_PER_PAGE);
  const contents = page.map(key => `<Contents><Key>${key.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Key><LastModified>${new Date(objects.get(key)?.modifiedMs ?? 0).toISOString()}</LastModified><Size>${objects.get(key)?.body.length ?? 0}</Size></Contents>`);
  const isTruncated = keys.length > page.length;
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}${isTruncated ? `<NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>` : ''}</ListBucketResult>`;
}

function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const authorization = /Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(request.headers.authorization ?? '');
  if (authorization === null) return false;
  const [, id, day = '', region = '', names = '', signature] = authorization;
  const hash = createHash('sha256').update(body).digest('hex');
  const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonical = [
    request.method,
    decodeURIComponent(url.pathname).split('/').map(encode).join('/'),
    [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&'),
    ...names.split(';').map(name => `${name}:${String(request.headers[name]).trim()}`),
    '',
    names,
    hash
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(mac, `AWS4${SECRET}`);
  return id === ACCESS_KEY_ID && region === REGION && request.headers['x-amz-content-sha256'] === hash && mac(key, toSign).toString('hex') === signature;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
