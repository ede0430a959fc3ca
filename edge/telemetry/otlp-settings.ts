import { LittoralError } from '../../engine/error';
import type { Secret } from '../secrets/secret';

/** Where and how telemetry goes. */
export interface OtlpSettings {
  /** Full addresses by signal. */
  readonly urls: Readonly<Record<Signal, string>>;
  /** Read at each export, so that a token may change. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly metricsEveryMs: number;
  readonly timeoutMs: number;
  /** Attributes for the resource from OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME. */
  readonly resource: Readonly<Record<string, string>>;
}
export type Signal = 'metrics' | 'traces' | 'logs';
export const SIGNALS: readonly Signal[] = ['metrics', 'traces', 'logs'];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings from `--otlp` and the variables that OpenTelemetry has for them; null when neither names a receiver. Throws
 * `OTLP_URL` for what is no address over HTTP, `OTLP_PROTOCOL` when the environment asks for gRPC.
 */
export function otlpSettings(options: { readonly url?: string; readonly headers?: Secret }, environment: Environment): OtlpSettings | null {
  const base = options.url ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (base === undefined || base === '' || environment['OTEL_SDK_DISABLED'] === 'true') return null;
  const protocol = environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol === 'grpc') throw new LittoralError('OTLP_PROTOCOL', 'otlp: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; expected "http/json", which every collector takes on port 4318. Unset it.');
  return {
    urls: { metrics: signalUrl(base, 'metrics', environment), traces: signalUrl(base, 'traces', environment), logs: signalUrl(base, 'logs', environment) },
    headers: () => pairs(options.headers?.reveal() ?? environment['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
    gzip: environment['OTEL_EXPORTER_OTLP_COMPRESSION'] === 'gzip',
    metricsEveryMs: milliseconds(environment['OTEL_METRIC_EXPORT_INTERVAL'], 60_000),
    timeoutMs: milliseconds(environment['OTEL_EXPORTER_OTLP_TIMEOUT'], 10_000),
    resource: { 'service.name': environment['OTEL_SERVICE_NAME'] ?? 'littoral-agent', ...pairs(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '') }
  };
}

function signalUrl(base: string, signal: Signal, environment: Environment): string {
  const own = environment[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`];
  const text = own ?? `${base.replace(/\/+$/, '')}/v1/${signal}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw badUrl(cause);
  }
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') throw badUrl(undefined);
  return url.href;
}

function badUrl(cause: unknown): LittoralError {
  return new LittoralError('OTLP_URL', 'otlp: the address cannot be used; expected http://host:4318 or https://…, without user and password. Give a token by --secret otlp=REF, with name=value in it.', { cause });
}

function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) || value < 100 ? otherwise : value;
}

/** `name=value,…` with percent-encoded values, as the specification has headers and resource attributes. */
function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap(pair => {
      const equals = pair.indexOf('=');
      return equals < 1 ? [] : [[pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim())] as const];
    })
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a "%" that encodes nothing stands for itself
  }
}
