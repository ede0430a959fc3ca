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
  /** Folder of the files with secrets, in a container. */
  readonly secretsDir: string;
  /** Folder of the lake; null when the plan has no lake sink. */
  readonly lakeDir: string | null;
  /** Whether columns leave encrypted, so that the agent needs keys. */
  readonly encrypts: boolean;
  /** Address of the broker, without user and password. */
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
    secretsDir: '/run/secrets/littoral',
    lakeDir: writesLake ? '/var/lib/littoral/lake' : null,
    encrypts: encryptsColumns(plan),
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

function encryptsColumns(plan: Plan): boolean {
  return plan.nodes.some(node => node.op === 'encrypt' || (node.op === 'source' && node.config.schema.fields.some(field => field.tags?.encryption !== undefined)));
}

/** The rest of the command line, which differs from site to site; the values may be names of variables. */
export function siteArguments(values: DeploymentValues, broker: string, target: string): readonly string[] {
  return ['--broker', broker, ...(values.target === null ? [] : ['--target', target])];
}

/** Where one kind of machine keeps what the agent is started with. */
export interface Places {
  readonly bundle: string;
  readonly trust: string;
  readonly data: string;
  readonly lake: string | null;
  /** Reference to `user:password` of the broker, such as `file:/run/secrets/littoral/broker`; never the secret itself. */
  readonly brokerSecret: string;
  readonly keys: string;
  /** Address that the metrics are served on. */
  readonly host: string;
}

/** The places in a container: the image holds the bundle, the site mounts trust, secrets and data. */
export function containerPlaces({ configDir, bundleFile, dataDir, lakeDir, secretsDir }: DeploymentValues): Places {
  return {
    bundle: `${configDir}/${bundleFile}`,
    trust: `${configDir}/trust/trust.json`,
    data: dataDir,
    lake: lakeDir,
    brokerSecret: `file:${secretsDir}/broker`,
    keys: `${secretsDir}/keys.json`,
    host: '0.0.0.0'
  };
}

/** The agent's command line without broker and label. */
export function runArguments(values: DeploymentValues, places: Places): readonly string[] {
  const lake = places.lake === null ? [] : ['--lake', places.lake];
  const keys = values.encrypts ? ['--keys', places.keys] : [];
  return ['run', places.bundle, '--data', places.data, '--trust', places.trust, ...lake, '--secret', `broker=${places.brokerSecret}`, ...keys, '--http', `${places.host}:${values.httpPort}`];
}

/** Names of the files with secrets that a site must have. */
export function secretNames(values: DeploymentValues): readonly string[] {
  return values.encrypts ? ['broker', 'keys.json'] : ['broker'];
}

/** The pipeline's name as a DNS label (RFC 1123), for Kubernetes, Compose, systemd and IoT Edge. */
export function dnsLabel(name: string): string {
  const label = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 50).replace(/^-+|-+$/g, '');
  return label === '' ? 'pipeline' : label;
}

/** Port of an address such as mqtts://host:8883; the protocol's own when it names none. */
export function portOf(address: string): number {
  const port = /:(\d+)(?:\/|$)/.exec(address.replace(/^\w+:\/\//, ''))?.[1];
  return port === undefined ? (address.startsWith('mqtts:') ? 8883 : 1883) : Number(port);
}
