import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startAgentProcess } from './agent-process';
import { startBroker } from './broker';
import { listenOn } from './listen';
import { startPlantPublisher } from './plant-publisher';
import { createSiteServer } from './site-server';

/** The workbench on one machine: site, embedded broker, plant simulator, agent, lake over HTTP. */
export interface StationOptions {
  readonly siteDir: string;
  readonly dataDir: string;
  /** The `littoral` command that runs the agent. */
  readonly command: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly mqttWsPort: number;
  /** An MQTT broker to use instead of the embedded one, and its WebSocket address for the browser. */
  readonly broker?: { readonly url: string; readonly wsUrl: string | null };
  readonly simulator: boolean;
  readonly agent: boolean;
  readonly seed: number;
  readonly say: (line: string) => void;
}
export interface Station {
  readonly url: string;
  readonly brokerUrl: string;
  readonly brokerWsUrl: string | null;
  close(): Promise<void>;
}

export async function startStation(options: StationOptions): Promise<Station> {
  const lakeDir = join(options.dataDir, 'lake');
  mkdirSync(lakeDir, { recursive: true });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(closers.splice(0).map(closer => closer()));
  };
  try {
    const embedded = options.broker === undefined ? await startBroker({ tcpPort: options.mqttPort, wsPort: options.mqttWsPort, say: options.say }) : null;
    if (embedded) closers.push(() => embedded.close());
    const brokerUrl = embedded?.tcpUrl ?? options.broker?.url ?? '';
    const brokerWsUrl = embedded ? embedded.wsUrl : (options.broker?.wsUrl ?? null);
    if (options.simulator) {
      const plant = startPlantPublisher({ brokerUrl, seed: options.seed, say: options.say });
      closers.push(() => plant.close());
    }
    const agent = options.agent ? startAgentProcess({ command: options.command, dataDir: options.dataDir, lakeDir, brokerUrl, say: options.say }) : null;
    if (agent) closers.push(() => agent.close());
    const server = createSiteServer({ siteDir: options.siteDir, lakeDir, brokerWsUrl, agent });
    const site = await listenOn(server, options.port, 'the site', options.say);
    closers.push(() => site.close());
    return { url: `http://127.0.0.1:${site.port}/lab/index.html`, brokerUrl, brokerWsUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}
