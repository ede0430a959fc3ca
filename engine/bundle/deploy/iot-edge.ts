import { dnsLabel, siteArguments } from './values';
import type { DeploymentValues } from './values';

const REGISTRY = 'REGISTRY';
const LOG_OPTIONS = { 'max-size': '10m', 'max-file': '3' };

/** An Azure IoT Edge deployment manifest (schema 1.1) as JSON: the two system modules and the agent. Trust file and secrets are folders of the device. */
export function iotEdgeManifest(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  const { release, dataDir, configDir, secretsDir, httpPort, uid, broker, target, stopSeconds } = values;
  const createOptions = {
    User: `${uid}:${uid}`,
    Cmd: siteArguments(values, broker ?? '', target ?? ''),
    StopTimeout: stopSeconds,
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Memory: bytesOf(values.memoryLimit),
      PidsLimit: 128,
      Tmpfs: { '/tmp': 'size=64m,mode=1777' },
      Binds: [`littoral-${name}:${dataDir}`, `/etc/littoral/trust:${configDir}/trust:ro`, `/etc/littoral/secrets:${secretsDir}:ro`],
      PortBindings: { [`${httpPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(httpPort) }] },
      LogConfig: { Type: 'json-file', Config: LOG_OPTIONS }
    }
  };
  const modules = { [name]: { version: String(release), type: 'docker', status: 'running', restartPolicy: 'always', settings: { image: `${REGISTRY}/${name}:${release}`, createOptions: JSON.stringify(createOptions) } } };
  return `${JSON.stringify({ modulesContent: { $edgeAgent: { 'properties.desired': edgeAgent(modules) }, $edgeHub: { 'properties.desired': EDGE_HUB } } }, null, 2)}\n`;
}

const EDGE_HUB = { schemaVersion: '1.1', routes: {}, storeAndForwardConfiguration: { timeToLiveSecs: 7200 } };

function edgeAgent(modules: Readonly<Record<string, unknown>>): unknown {
  const log = { HostConfig: { LogConfig: { Type: 'json-file', Config: LOG_OPTIONS } } };
  const ports = { PortBindings: { '5671/tcp': [{ HostPort: '5671' }], '8883/tcp': [{ HostPort: '8883' }], '443/tcp': [{ HostPort: '443' }] } };
  const system = (image: string, options: unknown) => ({ type: 'docker', settings: { image: `mcr.microsoft.com/${image}:1.5`, createOptions: JSON.stringify(options) } });
  return {
    schemaVersion: '1.1',
    runtime: { type: 'docker', settings: { minDockerVersion: 'v1.25' } },
    systemModules: {
      edgeAgent: system('azureiotedge-agent', log),
      edgeHub: { ...system('azureiotedge-hub', { HostConfig: { ...log.HostConfig, ...ports } }), status: 'running', restartPolicy: 'always' }
    },
    modules
  };
}

/** `512Mi` or `2Gi` in bytes. */
function bytesOf(limit: string): number {
  return Number.parseInt(limit, 10) * (limit.endsWith('Gi') ? 2 ** 30 : 2 ** 20);
}
