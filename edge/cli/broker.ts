import { join } from 'node:path';
import { systemEnv } from '../env/system-env';
import { checkBroker, type BrokerCheck } from '../mqtt/broker-check';
import { mosquittoConfig } from '../mqtt/mosquitto-profile';
import { UsageError } from './verb';
import type { Call, Outcome, Verb } from './verb';
import { grouped } from './words';

const MESSAGES = 3_000;
const MQTT_PORT = 1_883;
const MQTTS_PORT = 8_883;

/** `littoral broker check | profile`: does a broker keep what it acknowledges, and how to set one up that does? */
export const broker: Verb = {
  name: 'broker',
  operands: 'check | profile',
  operandCount: { min: 1, max: 1 },
  summary: 'try whether a broker keeps what it acknowledges; configure one that does',
  details: `check: a receiver subscribes and leaves, messages are sent and acknowledged, the receiver comes back and counts them. The
answer is no when acknowledged messages are gone. Uses topics below littoral/check/, and removes what it made.
profile: prints a configuration for Mosquitto 2 that neither drops queued messages nor forgets sessions.`,
  options: [
    { name: 'broker', value: 'URL', doc: 'check: mqtt://host:port or mqtts://host:port' },
    { name: 'messages', value: 'N', doc: `check: messages to send while the receiver is away; default ${MESSAGES}, more than brokers queue by default` },
    { name: 'port', value: 'N', doc: `profile: port to listen on; default ${MQTT_PORT}` },
    { name: 'persistence', value: 'DIR', doc: 'profile: folder for sessions and queued messages; default /var/lib/mosquitto' },
    { name: 'password-file', value: 'FILE', doc: 'profile: users, made by mosquitto_passwd; without it anybody may connect from this machine' },
    { name: 'tls', value: 'DIR', doc: `profile: TLS with ca.crt, server.crt and server.key of this folder, and certificates asked of clients; port ${MQTTS_PORT} by default` }
  ],
  example: 'littoral broker profile',
  run: call => (call.operand(0) === 'check' ? check(call) : call.operand(0) === 'profile' ? Promise.resolve(profile(call)) : unknown(call.operand(0)))
};

function unknown(operand: string): never {
  throw new UsageError(`littoral broker: "${operand}" is neither check nor profile; see \`littoral broker --help\``);
}

async function check(call: Call): Promise<Outcome> {
  const url = call.text('broker');
  if (url === undefined) throw new UsageError('littoral broker check: --broker is missing, e.g. --broker mqtt://127.0.0.1:1883');
  const result = await checkBroker({ env: systemEnv(), settings: { url }, messages: call.wholeNumber('messages', 1) ?? MESSAGES, progress: words => call.terminal.progress(words) });
  return { ok: result.ok, document: result, words: checkWords(result) };
}

function checkWords(result: BrokerCheck): string[] {
  return [
    `Broker ${result.broker}, MQTT ${result.protocol === 5 ? '5' : '3.1.1'}: ${grouped(result.received)} of ${grouped(result.sent)} acknowledged messages came after their receiver was away.`,
    ...result.findings.map(({ kind, code, message }) => `${kind === 'loss' ? 'FAIL' : 'note'}  ${message} (${code})`),
    result.ok ? 'It keeps what it acknowledges while it runs; what a crash of the broker costs depends on how often it saves.' : 'See `littoral broker profile` for a configuration that does not drop.'
  ];
}

function profile(call: Call): Outcome {
  const passwordFile = call.text('password-file') ?? null;
  const certificates = call.text('tls');
  const config = mosquittoConfig({
    port: call.wholeNumber('port', 1) ?? (certificates === undefined ? MQTT_PORT : MQTTS_PORT),
    host: passwordFile === null && certificates === undefined ? '127.0.0.1' : '0.0.0.0',
    persistenceDir: call.text('persistence') ?? '/var/lib/mosquitto',
    passwordFile,
    tls: certificates === undefined ? null : { caFile: join(certificates, 'ca.crt'), certFile: join(certificates, 'server.crt'), keyFile: join(certificates, 'server.key'), requireCertificate: true }
  });
  return { ok: true, document: { config }, words: [], product: config };
}
