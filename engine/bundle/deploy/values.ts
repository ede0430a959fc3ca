import type { Plan } from '../../plan/plan';

/** What all deployment files are rendered from, so that they cannot disagree. */
export interface DeploymentValues {
  readonly pipeline: string;
  readonly release: number;
  readonly bundleFile: string;
  readonly agentVersion: string;
  /** Base image with Node.js. */
  readonly image: string;
  /** User and group of the process; not root. */
  readonly uid: number;
  readonly httpPort: number;
  readonly dataDir: string;
  readonly configDir: string;
  /** Folder of the lake; null when the plan has no lake sink. */
  readonly lakeDir: string | null;
  readonly broker: string;
  /** Label of the machine; null when the bundle is for any. */
  readonly target: string | null;
  readonly cpuRequest: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
  readonly storage: string;
  /** Time to commit and leave after SIGTERM; the agent needs at most 10 s. */
  readonly stopSeconds: number;
}

export interface DeploymentOptions {
  readonly plan: Plan;
  readonly release: number;
  readonly targets: readonly string[];
  readonly bundleFile: string;
  readonly agentVersion: string;
  /** What differs from the defaults. */
  readonly values?: Partial<DeploymentValues>;
}

/** The values with their defaults: Node 22, user 10001, port 9464, 512 MiB of memory, 2 GiB of storage. */
export function deploymentValues(options: DeploymentOptions): DeploymentValues {
  const { plan, release, targets, bundleFile, agentVersion } = options;
  const writesLake = plan.nodes.some(node => node.op === 'sink' && node.config.connector === 'lake');
  return {
    pipeline: plan.name,
    release,
    bundleFile,
    agentVersion,
    image: 'node:22-bookworm-slim',
    uid: 10001,
    httpPort: 9464,
    dataDir: '/var/lib/littoral',
    configDir: '/etc/littoral',
    lakeDir: writesLake ? '/var/lib/littoral/lake' : null,
    broker: 'mqtt://broker:1883',
    target: targets.includes('*') ? null : (targets[0] ?? '').replace(/\*/g, 'edge-1'),
    cpuRequest: '250m',
    memoryRequest: '256Mi',
    memoryLimit: '512Mi',
    storage: '2Gi',
    stopSeconds: 20,
    ...options.values
  };
}

/** The rest of the command line, which differs from site to site; the values may be names of variables. */
export function siteArguments(values: DeploymentValues, broker: string, target: string): readonly string[] {
  return ['--broker', broker, ...(values.target === null ? [] : ['--target', target])];
}

/** The agent's command line without broker and label, in which `host` is the address that its metrics are served on. */
export function runArguments(values: DeploymentValues, host: string): readonly string[] {
  const lake = values.lakeDir === null ? [] : ['--lake', values.lakeDir];
  return [
    'run',
    `${values.configDir}/${values.bundleFile}`,
    '--data',
    values.dataDir,
    '--trust',
    `${values.configDir}/trust.json`,
    ...lake,
    '--http',
    `${host}:${values.httpPort}`
  ];
}

/** The pipeline's name as a DNS label (RFC 1123), for Kubernetes and Compose. */
export function dnsLabel(name: string): string {
  const label = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 50).replace(/^-+|-+$/g, '');
  return label === '' ? 'pipeline' : label;
}
