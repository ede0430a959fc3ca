import { fstatSync } from 'node:fs';
import type { LogFormat } from '../log/format';
import type { Severity } from '../log/log';
import { logFormatOf, makeLogger, type Logger } from '../log/logger';
import { brokerSecrets } from '../secrets/broker-secrets';
import { parseSecret } from '../secrets/parse-secret';
import { SecretRing } from '../secrets/secret-ring';
import { adviceOnUrl } from '../secrets/url-secrets';
import { otlpSettings, type OtlpSettings } from '../telemetry/otlp-settings';
import type { RenewedSettings } from '../mqtt/broker-settings';
import { UsageError, type Call, type OptionSpec } from './verb';

const FORMATS: readonly (LogFormat | 'auto')[] = ['auto', 'text', 'json', 'journal'];
const LEVELS: readonly Severity[] = ['debug', 'info', 'warn', 'error'];

/** Options of `littoral run` about secrets. */
export const SECRET_OPTIONS: readonly OptionSpec[] = [
  { name: 'secret', value: 'NAME=REF', multiple: true, doc: 'a secret by reference: env:VARIABLE, file:PATH or credential:ID (systemd); NAME is a connection (user:password or a token), broker for --broker, otlp for headers name=value,…; read again for each connection' },
  { name: 'tls-ca', value: 'FILE', doc: 'certificates of the authorities that vouch for mqtts brokers, PEM; default: those of Node' },
  { name: 'tls-cert', value: 'FILE', doc: 'certificate of this agent for mqtts brokers, PEM' },
  { name: 'tls-key', value: 'REF', doc: 'private key of that certificate, by reference as in --secret' }
];

/** Options of `littoral run` about logs, metrics and traces. */
export const OBSERVING_OPTIONS: readonly OptionSpec[] = [
  { name: 'log-format', value: 'FORMAT', doc: 'auto, text, json (one object a line) or journal (text with levels); default auto: journal under systemd, else text' },
  { name: 'log-level', value: 'LEVEL', doc: 'debug, info, warn or error; default info' },
  { name: 'otlp', value: 'URL', doc: 'send metrics, traces and logs to an OpenTelemetry receiver, http://host:4318; default: OTEL_EXPORTER_OTLP_ENDPOINT' },
  { name: 'trace-ratio', value: 'SHARE', doc: 'share of effects that begin a trace of their own, 0 to 1; default 0: only traces that came with a message go on' },
  { name: 'max-silence', value: 'SECONDS', doc: '/readyz says no when a source has brought nothing for so long; default: silence is no fault' }
];

export interface Observing {
  readonly logger: Logger;
  readonly otlp: OtlpSettings | null;
  readonly traceRatio: number;
  readonly silenceMaxMs: number | null;
  readonly secrets: SecretRing;
  readonly brokerSecrets: (() => RenewedSettings) | undefined;
}

/** Reads the options above. Throws UsageError, `SECRET_REFERENCE`, `SECRET_IN_URL`, `OTLP_URL`. */
export function readObserving(call: Call): Observing {
  const logger = makeLogger({
    format: logFormatOf(oneOf(call, 'log-format', FORMATS) ?? 'auto', process.env['JOURNAL_STREAM'], fstatSync(process.stderr.fd)),
    level: oneOf(call, 'log-level', LEVELS),
    nowMs: Date.now,
    write: line => call.terminal.say(line)
  });
  const secrets = SecretRing.parse(call.texts('secret'));
  for (const option of ['broker', 'otlp'] as const) warnOfUrl(`--${option}`, call.text(option), logger);
  for (const text of call.texts('connection')) warnOfUrl('--connection', text.slice(text.indexOf('=') + 1), logger);
  const key = call.text('tls-key');
  return {
    logger,
    secrets,
    otlp: otlpSettings({ url: call.text('otlp'), headers: secrets.get('otlp') }, process.env),
    traceRatio: share(call, 'trace-ratio') ?? 0,
    silenceMaxMs: (call.wholeNumber('max-silence', 1) ?? 0) * 1_000 || null,
    brokerSecrets: brokerSecrets({ ring: secrets, caFile: call.text('tls-ca'), certFile: call.text('tls-cert'), key: key === undefined ? undefined : parseSecret(key) })
  };
}

function warnOfUrl(option: string, text: string | undefined, { log }: Logger): void {
  const advice = text === undefined ? null : adviceOnUrl(option, text);
  if (advice !== null) log(advice, { event: 'secret.visible', severity: 'warn', fields: { option } });
}

function oneOf<T extends string>(call: Call, name: string, values: readonly T[]): T | undefined {
  const text = call.text(name);
  const value = values.find(candidate => candidate === text);
  if (text !== undefined && value === undefined) throw new UsageError(`littoral run: --${name} "${text}" is not one of ${values.join(', ')}`);
  return value;
}

function share(call: Call, name: string): number | undefined {
  const text = call.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new UsageError(`littoral run: --${name} "${text}" is not a share between 0 and 1`);
  return value;
}
