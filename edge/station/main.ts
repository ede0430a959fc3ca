import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LittoralError } from '../../engine/error';
import { startStation } from './station';

const usage = `npm start -- [options]
  --port N          port of the site (8700)
  --data DIR        recordings, lake and agent state (.littoral)
  --broker URL      use this MQTT broker instead of the embedded one, e.g. mqtt://127.0.0.1:1883
  --broker-ws URL   its WebSocket address for the browser, e.g. ws://127.0.0.1:9001
  --no-simulator    do not simulate a plant
  --no-agent        do not start an edge agent
  --seed N          seed of the simulated plant (7)`;

function readArguments(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function parse(): { port: number; data: string; broker?: string; brokerWs?: string; simulator: boolean; agent: boolean; seed: number; site: string; command: string } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8700' },
      data: { type: 'string', default: '.littoral' },
      broker: { type: 'string' },
      'broker-ws': { type: 'string' },
      'no-simulator': { type: 'boolean', default: false },
      'no-agent': { type: 'boolean', default: false },
      seed: { type: 'string', default: '7' },
      site: { type: 'string', default: '_output' },
      command: { type: 'string', default: 'edge/littoral.mjs' },
      help: { type: 'boolean', default: false }
    }
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port "${values.port}" is not a port: expected an integer from 0 to 65535`);
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed "${values.seed}" is not an integer`);
  return { port, data: values.data, broker: values.broker, brokerWs: values['broker-ws'], simulator: !values['no-simulator'], agent: !values['no-agent'], seed, site: values.site, command: values.command };
}

const args = readArguments();
try {
  const station = await startStation({
    siteDir: resolve(args.site),
    dataDir: resolve(args.data),
    command: resolve(args.command),
    port: args.port,
    mqttPort: 1883,
    mqttWsPort: 9001,
    ...(args.broker === undefined ? {} : { broker: { url: args.broker, wsUrl: args.brokerWs ?? null } }),
    simulator: args.simulator,
    agent: args.agent,
    seed: args.seed,
    say: line => console.log(line)
  });
  console.log(`broker: ${station.brokerUrl}${station.brokerWsUrl === null ? '' : `, ${station.brokerWsUrl}`}${args.simulator ? '; the plant is simulated' : ''}`);
  console.log(`Littoral is ready: ${station.url}`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(0), 4_500).unref();
      void station.close().then(() => process.exit(0));
    });
  }
} catch (error) {
  console.error(error instanceof LittoralError ? `Littoral: ${error.message}` : error);
  process.exit(3);
}
