import { ConnectionBook } from '../connection/connection-book';
import { readKeyRing } from '../crypto/read-key-ring';
import type { Log } from '../log/log';
import { brokerAddress } from '../mqtt/broker-settings';
import { durationMs } from './duration';
import { FLEET_OPTIONS, joinFleet } from './fleet-options';
import { OBSERVING_OPTIONS, readObserving, SECRET_OPTIONS, type Observing } from './observing';
import { UsageError, type Call, type Outcome, type Verb } from './verb';

const STOP_MS_MAX = 9_500;

/** `littoral run`: an agent in the foreground. */
export const run: Verb = {
  name: 'run',
  operands: '[<bundle>] --data DIR --trust FILE',
  operandCount: { min: 0, max: 1 },
  summary: 'run an agent: bundles from broker to sinks, durably',
  details: `Starts an agent on its data folder. What was active goes on where it stopped; a bundle is verified, its evidence repeated, then
it goes live. Without one the agent waits (POST /bundles with the token in DIR/admin.token, --bundles, --fleet). A release
takes over from the one before it between two messages, with its state as far as it can (\`littoral diff\`). The address of /metrics,
/healthz and /readyz is printed and written to DIR/http.json. SIGTERM: takes nothing more in, commits, leaves with 0.
A key encrypts at most 2^32 values: make another one primary before (about a day at 50 000 values a second).`,
  options: [
    { name: 'data', value: 'DIR', required: true, doc: 'state, bundles and token of this agent; one agent per folder' },
    { name: 'trust', value: 'FILE', required: true, doc: 'the trust file' },
    { name: 'broker', value: 'URL', doc: 'mqtt://host:port or mqtts://…, for every connection of the plan' },
    { name: 'connection', value: 'NAME=URL', multiple: true, doc: 'what a connection of the plan is here: mqtt://… or mqtts://… (in place of --broker), file:/folder, https://host/base, statsd://host:8125, ingest: (POST /ingest/<topic>, token by --secret NAME=REF), replay:FILE?speed=1 (a recording as a broker)' },
    { name: 'lake', value: 'DIR', doc: 'folder of the lake, or s3://bucket/prefix (LITTORAL_S3_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or files by the same names with _FILE); default: DIR/lake' },
    { name: 'lake-compact', value: 'TIME', doc: 'how often small files of the lake are joined, e.g. 6h; 0s: never; default 1h' },
    { name: 'target', value: 'LABEL', doc: 'label of this machine; without it only bundles for * fit' },
    { name: 'keys', value: 'FILE', doc: 'keys of encrypted columns by the names in the plan: {"plant": {"keys": [{"kty": "oct", "kid": "00000001", "k": "<32 bytes, base64url>"}]}}; without it the environment variable LITTORAL_KEYS holds them' },
    { name: 'http', value: 'HOST:PORT', doc: 'where to listen, port 0 for a free one; 0.0.0.0:PORT in a container, where others get health and metrics alone; default 127.0.0.1:0' },
    ...FLEET_OPTIONS,
    ...SECRET_OPTIONS,
    ...OBSERVING_OPTIONS
  ],
  example: 'littoral run .littoral/pumps-1.littoral.zip --data .littoral/agent --trust .littoral/trust.json --broker mqtt://127.0.0.1:1883',
  async run(call) {
    const observing = readObserving(call);
    try {
      return await serve(call, observing);
    } finally {
      observing.logger.close();
    }
  }
};

async function serve(call: Call, { logger, otlp, traceRatio, silenceMaxMs, secrets, brokerSecrets }: Observing): Promise<Outcome> {
  const { startAgent } = await import('../agent/agent');
  const stop = stopSignal(logger.log);
  const broker = call.text('broker');
  if (broker !== undefined) brokerAddress({ url: broker });
  const connections = ConnectionBook.parse(call.texts('connection'), secrets);
  const probation = call.text('probation');
  const compactEveryMs = durationMs(call.text('lake-compact') ?? '1h', 'lake-compact');
  const agent = await startAgent({
    dataDir: call.required('data'),
    trustFile: call.required('trust'),
    target: call.text('target') ?? null,
    log: logger.log,
    otlp,
    traceRatio,
    silenceMaxMs,
    brokerSecrets,
    bundleFile: call.operands[0],
    brokerUrl: broker,
    connections,
    ...(probation === undefined ? {} : { probationMs: durationMs(probation, 'probation') }),
    lakeDir: call.text('lake'),
    lakeCompactEveryMs: compactEveryMs === 0 ? null : compactEveryMs,
    keys: await readKeyRing(call.text('keys')),
    http: httpAddress(call.text('http'))
  });
  const membership = await joinFleet(call, agent, { connections, brokerSecrets, log: logger.log }).catch(async (error: unknown) => {
    await agent.stop();
    throw error;
  });
  await Promise.race([stop.asked, agent.done]).finally(() => membership.stop());
  const status = agent.status();
  await agent.stop();
  stop.finished();
  return { ok: true, document: { ok: true, pipeline: status.pipeline, release: status.release, counters: status['counters'] ?? null }, words: [] };
}

/** Resolves at the first SIGTERM or SIGINT; a second one, or a stop that takes too long, ends the process: nothing acknowledged is lost. */
function stopSignal(log: Log): { readonly asked: Promise<void>; finished(): void } {
  let timer: NodeJS.Timeout | null = null;
  const asked = new Promise<void>(resolve => {
    const onSignal = (signal: NodeJS.Signals): void => {
      if (timer !== null) process.exit(0);
      log(`agent: ${signal}, stopping.`, { event: 'agent.stopping', fields: { signal } });
      timer = setTimeout(() => process.exit(0), STOP_MS_MAX);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  return {
    asked,
    finished() {
      if (timer !== null) clearTimeout(timer);
    }
  };
}

function httpAddress(text: string | undefined): { host: string; port: number } | undefined {
  if (text === undefined) return undefined;
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new UsageError(`littoral run: --http "${text}" is not HOST:PORT, such as 127.0.0.1:9464 or 127.0.0.1:0`);
  return { host: match[1] ?? match[2] ?? '', port };
}
