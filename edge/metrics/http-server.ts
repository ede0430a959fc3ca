import { createHash, timingSafeEqual } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { LittoralError } from '../../engine/error';
import { OPENMETRICS_TEXT, PROMETHEUS_TEXT, wantsOpenMetrics } from './prometheus-text';

/** What the agent answers over HTTP. */
export interface HttpAnswers {
  /** The text of /metrics, in OpenMetrics when that is asked for. */
  metrics(openMetrics: boolean): string;
  /** Words of what is wrong, or null. */
  unhealthy(): string | null;
  unready(): string | null;
  status(): unknown;
  /** Answers a request for `/ingest/…`. */
  ingest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The last rows of a view of the feature store, chosen by values of key columns. */
  features(view: string, key: Readonly<Record<string, string>>): Promise<readonly unknown[]>;
  /** Verifies and activates a bundle. */
  deploy(bytes: Uint8Array): Promise<{ readonly ok: boolean; readonly reason?: string }>;
}

export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly token: string;
  readonly bundleBytesMax: number;
  readonly answers: HttpAnswers;
}

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** Every address of the machine, for containers, whose probes and scrapes come from outside. */
const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);
/** What others than this machine may ask for. */
const OPEN_PATHS = new Set(['/metrics', '/healthz', '/readyz']);

/**
 * Listens on a loopback address, or on every address (`0.0.0.0`, `::`): `/metrics`, `/healthz`, `/readyz`, `POST /ingest/…` with
 * its own token, and for callers on this machine alone `/status` and `POST /bundles`. Rejects with `HTTP_LISTEN`.
 */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  if (!LOOPBACK.has(options.host) && !EVERY_ADDRESS.has(options.host)) {
    throw new LittoralError('HTTP_LISTEN', `http address "${options.host}": not on this machine; expected 127.0.0.1, ::1 or localhost, or 0.0.0.0 in a container. Put a proxy with authentication before the agent to reach more than its metrics from elsewhere.`);
  }
  const server = http.createServer((request, response) => {
    void respond(request, response, options).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      answerJson(response, 500, { ok: false, reason: 'INTERNAL', detail: error instanceof Error ? error.message : String(error) });
    });
  });
  server.requestTimeout = 120_000;
  server.headersTimeout = 10_000;
  server.maxHeadersCount = 50;
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      fail(new LittoralError('HTTP_LISTEN', `http address ${options.host}:${options.port}: cannot be listened on (${cause.code ?? cause.message}); expected a free port. Choose another with --http, or port 0 for any.`, { cause }));
    });
    server.listen(options.port, options.host, done);
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    close: () =>
      new Promise(done => {
        server.close(() => done());
        server.closeAllConnections();
      })
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  const { answers } = options;
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (path.startsWith('/ingest/')) return answers.ingest(request, response);
  if (!OPEN_PATHS.has(path) && !isLocal(request.socket.remoteAddress)) return answerJson(response, 403, { ok: false, reason: 'NOT_LOCAL', detail: `"${path}" is answered to callers on this machine alone` });
  if (path === '/bundles') return takeBundle(request, response, options);
  if (!OPEN_PATHS.has(path) && !isLocalName(request.headers.host)) return answerJson(response, 403, { ok: false, reason: 'NOT_LOCAL', detail: `"${path}" is answered under 127.0.0.1, ::1 and localhost alone` });
  if (request.method !== 'GET' && request.method !== 'HEAD') return answerJson(response, 405, { ok: false, reason: 'METHOD', detail: `${request.method ?? ''} is not answered here; use GET` });
  if (path.startsWith('/features/')) return giveFeatures(request.url ?? '', response, options);
  switch (path) {
    case '/metrics': {
      const openMetrics = wantsOpenMetrics(request.headers.accept);
      response.writeHead(200, { 'Content-Type': openMetrics ? OPENMETRICS_TEXT : PROMETHEUS_TEXT, Vary: 'Accept' });
      response.end(answers.metrics(openMetrics));
      return;
    }
    case '/healthz':
      return answerWords(response, answers.unhealthy());
    case '/readyz':
      return answerWords(response, answers.unready());
    case '/status':
      return answerJson(response, 200, answers.status());
    default:
      return answerJson(response, 404, { ok: false, reason: 'NOT_FOUND', detail: `"${path}" is not here; there are /metrics, /healthz, /readyz, /status, /features/<view>, POST /bundles and POST /ingest/<topic>` });
  }
}

async function takeBundle(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  if (request.method !== 'POST') return answerJson(response, 405, { ok: false, reason: 'METHOD', detail: 'bundles are sent with POST' });
  if (!isAuthorised(request.headers.authorization, options.token)) return answerJson(response, 401, { ok: false, reason: 'UNAUTHORISED', detail: 'the bearer token is missing or wrong; it is in admin.token in the data folder' });
  const bytes = await readBody(request, options.bundleBytesMax);
  if (bytes === null) {
    answerJson(response, 413, { ok: false, reason: 'TOO_LARGE', detail: `a bundle has at most ${options.bundleBytesMax} bytes here` });
    request.destroy();
    return;
  }
  const verdict = await options.answers.deploy(bytes);
  answerJson(response, verdict.ok ? 200 : verdict.reason === 'BUSY' ? 409 : 422, verdict);
}

/** `/features/<view>?device=b1`: 200 with a list, 422 for a column that is no key. */
async function giveFeatures(url: string, response: ServerResponse, { answers }: HttpOptions): Promise<void> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  try {
    answerJson(response, 200, await answers.features(decodeURIComponent(pathname.slice('/features/'.length)), Object.fromEntries(searchParams)));
  } catch (error) {
    if (error instanceof URIError) return answerJson(response, 400, { ok: false, reason: 'PATH', detail: 'the path is not percent-encoded UTF-8' });
    if (!(error instanceof LittoralError) || !error.code.startsWith('FEATURE_')) throw error;
    answerJson(response, 422, { ok: false, reason: error.code, detail: error.message });
  }
}

function isLocal(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}

/** A page of another site may have its name lead to this machine; the browser then still says that name. */
function isLocalName(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])(?::\d{1,5})?$/i.test(host);
}

function isAuthorised(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return null;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

function answerWords(response: ServerResponse, problem: string | null): void {
  response.writeHead(problem === null ? 200 : 503, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${problem ?? 'ok'}\n`);
}

function answerJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}
