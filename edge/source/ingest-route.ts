import type { IncomingMessage, ServerResponse } from 'node:http';
import { topicMatches } from '../../engine/graph/topic-filter';
import { keptProperties } from '../telemetry/trace-context';
import type { PostedMessages } from './posted-messages';

/** Largest posted message, bytes; as for MQTT. */
export const POSTED_BYTES_MAX = 1 << 20;
const TOPIC_LENGTH_MAX = 1_024;
const KEY_LENGTH_MAX = 255;
const REQUESTS_MAX = 64;
const RETRY_AFTER_S = '1';

/** An answer other than 200. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string
  ) {
    super(message);
  }
}

/**
 * Answers `POST /ingest/<topic>`: 200 when the message is on disk, 400 for what is no topic or key, 401 without the token of a
 * source that takes the topic, 404 when none does, 413 above 1 MiB, 415 for an encoded body, 503 with `Retry-After` when the
 * agent cannot take more at the moment.
 */
export class IngestRoute {
  private open = 0;

  constructor(private readonly sources: () => readonly PostedMessages[]) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open++;
    try {
      await this.take(request);
      reply(response, 200, { ok: true });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 503) response.setHeader('Retry-After', RETRY_AFTER_S);
      if (error.status === 413) response.setHeader('Connection', 'close');
      reply(response, error.status, { ok: false, reason: error.reason, detail: error.message });
    } finally {
      this.open--;
    }
  }

  private async take(request: IncomingMessage): Promise<void> {
    if (request.method !== 'POST') throw new Refusal(405, 'METHOD', 'messages are sent with POST');
    const topic = topicOf(request.url ?? '');
    const known = this.sources().filter(source => source.takes(topic));
    if (known.length === 0) throw new Refusal(404, 'NO_SOURCE', `no source of the running pipeline takes "${topic}"; post to /ingest/ and a topic that its http source asks for`);
    const sources = known.filter(source => source.admits(request.headers.authorization));
    if (sources.length === 0) throw new Refusal(401, 'UNAUTHORISED', 'the bearer token is missing or wrong; it is the secret of the connection (--secret NAME=…)');
    if (request.headers['content-encoding'] !== undefined) throw new Refusal(415, 'ENCODING', 'encoded bodies are not taken; send it plain');
    const idempotencyKey = keyOf(request.headers['idempotency-key']);
    const properties = keptProperties(['traceparent', 'tracestate'].map(name => [name, String(request.headers[name] ?? '')] as const));
    this.refuseWhenBusy(sources);
    const payload = await readBody(request);
    this.refuseWhenBusy(sources);
    await Promise.all(sources.map(source => source.take({ topic, payload, idempotencyKey, properties })));
  }

  private refuseWhenBusy(sources: readonly PostedMessages[]): void {
    if (this.open > REQUESTS_MAX || sources.some(source => source.busy)) throw new Refusal(503, 'BUSY', 'the agent cannot take more at the moment; send it again later');
  }
}

function topicOf(url: string): string {
  const path = url.split('?', 1)[0]!.slice('/ingest/'.length);
  let topic: string;
  try {
    topic = decodeURIComponent(path);
  } catch {
    throw new Refusal(400, 'TOPIC', 'the path is not percent-encoded UTF-8');
  }
  if (topic === '' || topic.length > TOPIC_LENGTH_MAX || /[+#\p{Cc}\p{Cs}]/u.test(topic) || !topicMatches('#', topic)) throw new Refusal(400, 'TOPIC', `the topic must have 1 to ${TOPIC_LENGTH_MAX} characters, none of them "+", "#" or a control character`);
  return topic;
}

function keyOf(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && header.length > 0 && header.length <= KEY_LENGTH_MAX) return header;
  throw new Refusal(400, 'IDEMPOTENCY_KEY', `Idempotency-Key must have 1 to ${KEY_LENGTH_MAX} characters and come once`);
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const tooLarge = new Refusal(413, 'TOO_LARGE', `a message has at most ${POSTED_BYTES_MAX} bytes here`);
  if (Number(request.headers['content-length'] ?? 0) > POSTED_BYTES_MAX) throw tooLarge;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > POSTED_BYTES_MAX) throw tooLarge;
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}
