import type { HttpSinkConfig } from '../../engine/plan/nodes/sink';
import type { DeadLetter } from '../../engine/operator/operator';
import { LETTER_BYTES_MAX } from '../../engine/operator/row-letter';
import { LittoralError } from '../../engine/error';
import { decodeContext } from '../telemetry/effect-context';
import { decodeEffects } from './effect-codec';
import { requestOf, type Request } from './request-effect';
import { isDots } from './safe-path';
import { SerialSink, TryAgain, type DrainOptions } from './serial-sink';

export interface HttpTarget {
  /** What paths are added to. */
  readonly url: string;
  /** Value of the header `Authorization`, read for every request; undefined: none. */
  readonly authorization: () => string | undefined;
}

const ANSWER_MS_MAX = 30_000;
const RETRY_AFTER_MS_MAX = 3_600_000;
/** Answers that pass by themselves. */
const PASSING = new Set([408, 425, 429]);
const CONTENT_TYPES: Readonly<Record<string, string>> = { json: 'application/json', csv: 'text/csv; charset=utf-8', text: 'text/plain; charset=utf-8', number: 'text/plain; charset=utf-8', cbor: 'application/cbor', messagePack: 'application/vnd.msgpack', protobuf: 'application/x-protobuf', avro: 'application/avro' };

/**
 * Sends requests one after the other, each with an `Idempotency-Key` that is the same whenever it is repeated. 2xx: done. 408,
 * 425, 429, 5xx and no answer: again, later. Any other answer: the rows become a dead letter (`HTTP_REFUSED`), counted as refused.
 */
export function httpSink(options: DrainOptions, config: HttpSinkConfig, target: HttpTarget): SerialSink {
  const { key, binding, env, store, onDropped, tracer } = options;
  /** Of the row that is under way: requests that are done, and what was refused. */
  let progress: { readonly id: number; next: number; refusedRows: number; readonly letters: DeadLetter[] } | null = null;
  return new SerialSink(options, async (row, settle, stopped) => {
    if (progress?.id !== row.id) progress = { id: row.id, next: 0, refusedRows: 0, letters: [] };
    const requests = decodeEffects(row.body).map(requestOf);
    const context = decodeContext(row.context);
    for (let request = requests[progress.next]; request !== undefined; request = requests[++progress.next]) {
      const id = `${key}/${row.id + progress.next}`;
      const rowsBefore = requests.slice(0, progress.next).reduce((sum, { rows }) => sum + rows, 0);
      const trace = tracer?.begin({ id, sink: key, context, row: rowsBefore, attributes: { 'http.request.method': config.method } }) ?? null;
      const refusal = await send(options, config, target, request, { 'idempotency-key': id, ...trace?.properties }, stopped);
      trace?.carriedOut();
      if (refusal === null) continue;
      const { path, body } = request;
      progress.refusedRows += request.rows;
      progress.letters.push({ at: 0, node: binding.sink.id, code: 'HTTP_REFUSED', message: refusal, topic: path, arrivalTimeMs: env.nowMs(), bytes: body.slice(0, LETTER_BYTES_MAX), truncated: body.length > LETTER_BYTES_MAX });
    }
    const { letters, refusedRows } = progress;
    await settle(() => {
      for (const letter of letters) store.putSinkLetter(letter);
    });
    if (refusedRows > 0) onDropped('refused', refusedRows);
  });
}

/** null: done; words of a refusal otherwise. Rejects with `TryAgain`. */
async function send({ env, binding }: DrainOptions, config: HttpSinkConfig, target: HttpTarget, { path, body }: Request, identity: Readonly<Record<string, string>>, stopped: AbortSignal): Promise<string | null> {
  const url = addressOf(target.url, path);
  const abort = new AbortController();
  const timer = env.setTimer(ANSWER_MS_MAX, () => abort.abort());
  try {
    const response = await fetch(url, { method: config.method, headers: headersOf(config, target, identity), body: Buffer.from(body), redirect: 'manual', signal: AbortSignal.any([abort.signal, stopped]) });
    await response.body?.cancel();
    if (response.ok) return null;
    const words = `sink "${binding.sink.config.name}": ${config.method} ${url} was answered ${response.status}; expected 2xx.`;
    if (response.status < 500 && !PASSING.has(response.status)) return words;
    throw new TryAgain(words, retryAfterMs(response.headers.get('retry-after'), env.nowMs()));
  } catch (error) {
    if (error instanceof TryAgain || error instanceof LittoralError) throw error;
    throw new TryAgain(`sink "${binding.sink.config.name}": ${config.method} ${url} got no answer (${reasonOf(error, abort.signal.aborted)}); expected 2xx.`);
  } finally {
    timer.cancel();
  }
}

/** Characters that the template has encoded stay encoded once; a level of dots would be taken away by the rules of addresses, so its dots are encoded twice. */
function addressOf(base: string, path: string): string {
  const levels = path.split('/').map(level => (isDots(level) ? encodeURIComponent(level.replaceAll('.', '%2E') || '%') : encodeURIComponent(decodeURIComponent(level))));
  return `${base.replace(/\/$/, '')}/${levels.join('/')}`;
}

function headersOf(config: HttpSinkConfig, target: HttpTarget, identity: Readonly<Record<string, string>>): Record<string, string> {
  const format = config.encoder?.format ?? 'json';
  const authorization = target.authorization();
  return {
    'content-type': format === 'json' && (config.batchRowsMax ?? 1) > 1 ? 'application/x-ndjson' : (CONTENT_TYPES[format] ?? 'application/octet-stream'),
    ...identity,
    ...(config.compression === undefined ? {} : { 'content-encoding': config.compression }),
    ...(authorization === undefined ? {} : { authorization })
  };
}

/** RFC 9110 § 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const delayMs = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, delayMs));
}

function reasonOf(error: unknown, timedOut: boolean): string {
  if (timedOut) return `none within ${ANSWER_MS_MAX} ms`;
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause);
}
