import { createRequire } from 'node:module';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

interface ProtoType {
  fromObject(value: object): object;
  verify(value: object): string | null;
  encode(value: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(value: object, options: object): Record<string, unknown>;
}
interface ProtoRoot {
  readonly opentelemetry: { readonly proto: { readonly collector: Readonly<Record<'metrics' | 'trace' | 'logs', { readonly v1: Readonly<Record<string, ProtoType>> }>> } };
}

/** The protocol's own messages, as OpenTelemetry's exporters carry them. */
const root = createRequire(import.meta.url)('@opentelemetry/otlp-transformer/build/src/generated/root') as ProtoRoot;
const TYPES: Readonly<Record<string, ProtoType | undefined>> = {
  '/v1/metrics': root.opentelemetry.proto.collector.metrics.v1['ExportMetricsServiceRequest'],
  '/v1/traces': root.opentelemetry.proto.collector.trace.v1['ExportTraceServiceRequest'],
  '/v1/logs': root.opentelemetry.proto.collector.logs.v1['ExportLogsServiceRequest']
};

export interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** What the protocol understood: through protobuf and back, so that an unknown member is not in it. */
  readonly message: Record<string, unknown>;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers; default 200 and nothing refused. */
  answer: { status: number; headers?: Record<string, string>; body?: string };
  close(): Promise<void>;
}

/** A receiver of OTLP over HTTP that takes only what the protocol knows: a member that it does not know is an error. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { status, headers, body } = receiver.answer;
      if (status === 200) {
        const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(Buffer.concat(parts)) : Buffer.concat(parts);
        received.push({ path: request.url ?? '', headers: request.headers, message: parse(request.url ?? '', JSON.parse(bytes.toString('utf8')) as object) });
      }
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(body ?? '{}');
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: { status: 200 },
    close: () =>
      new Promise(done => {
        server.close(() => done());
        server.closeAllConnections();
      })
  };
  return receiver;
}

function parse(path: string, json: object): Record<string, unknown> {
  const type = TYPES[path];
  if (type === undefined) throw new Error(`nothing is received at ${path}`);
  const message = type.fromObject(withBinaryIds(json) as object);
  const problem = type.verify(message);
  if (problem !== null) throw new Error(problem);
  const plain = type.toObject(type.decode(type.encode(message).finish()), { longs: String, bytes: String, arrays: true });
  const known = new Set(members(plain));
  const unknown = [...new Set(members(json))].filter(name => !known.has(name));
  if (unknown.length > 0) throw new Error(`the protocol does not know ${unknown.join(', ')}`);
  return plain;
}

/** OTLP differs from the JSON of protobuf in one thing: ids are hexadecimal. */
function withBinaryIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBinaryIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, /^(traceId|spanId|parentSpanId)$/.test(name) ? Buffer.from(String(inner), 'hex').toString('base64') : withBinaryIds(inner)]));
}

function* members(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* members(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const empty = inner === '' || inner === 0 || inner === '0' || (Array.isArray(inner) && inner.length === 0) || (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0);
      if (!empty) yield name;
      yield* members(inner);
    }
  }
}
