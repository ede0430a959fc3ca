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
  /** Address of the broker, without user and password; null when the plan has neither source nor sink at one. */
  readonly broker: string | null;
  /** Other connections of the plan. */
  readonly connections: readonly SiteConnection[];
  /** Label of the machine; null when the bundle is for any. */
  readonly target: string | null;
  readonly cpuRequest: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
  readonly storage: string;
  /** Time to commit and leave after SIGTERM; the agent needs at most 10 s. */
  readonly stopSeconds: number;
}

/** A connection of the plan that is no broker: what it is at this site. */
export interface SiteConnection {
  readonly name: string;
  readonly kind: 'folder' | 'server' | 'statsd' | 'ingest';
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
    broker: plan.nodes.some(node => (node.op === 'source' || node.op === 'sink') && node.config.connector === 'mqtt') ? 'mqtt://broker:1883' : null,
    connections: connectionsOf(plan),
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

/** Connections whose names a command line can carry; the README names the others. */
function connectionsOf(plan: Plan): readonly SiteConnection[] {
  const found = new Map<string, SiteConnection['kind']>();
  for (const { op, config } of plan.nodes.filter(node => node.op === 'source' || node.op === 'sink')) {
    if (config.connector === 'file') found.set(config.connection, 'folder');
    if (config.connector === 'statsd') found.set(config.connection, 'statsd');
    if (config.connector === 'http') found.set(config.connection, op === 'source' ? 'ingest' : 'server');
  }
  return [...found].filter(([name]) => /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)).map(([name, kind]) => ({ name, kind }));
}

/** The rest of the command line, which differs from site to site; the values may be names of variables. */
export function siteArguments(values: DeploymentValues, broker: string, target: string): readonly string[] {
  return [...(values.broker === null ? [] : ['--broker', broker]), ...(values.target === null ? [] : ['--target', target])];
}

/** Names and values of the variables that differ from site to site. */
export function siteVariables({ broker, target }: DeploymentValues): Readonly<Record<string, string>> {
  return { ...(broker === null ? {} : { LITTORAL_BROKER: broker }), ...(target === null ? {} : { LITTORAL_TARGET: target }) };
}

/** Where one kind of machine keeps what the agent is started with. */
export interface Places {
  readonly bundle: string;
  readonly trust: string;
  readonly data: string;
  readonly lake: string | null;
  /** Reference to a secret by its name, such as `file:/run/secrets/littoral/broker`; never the secret itself. */
  readonly secret: (name: string) => string;
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
    secret: name => `file:${secretsDir}/${name}`,
    keys: `${secretsDir}/keys.json`,
    host: '0.0.0.0'
  };
}

/** The agent's command line without broker and label. */
export function runArguments(values: DeploymentValues, places: Places): readonly string[] {
  const lake = places.lake === null ? [] : ['--lake', places.lake];
  const connections = values.connections.flatMap(connection => ['--connection', `${connection.name}=${addressOf(connection, places)}`]);
  const secrets = namedSecrets(values).flatMap(name => ['--secret', `${name}=${places.secret(name)}`]);
  const keys = values.encrypts ? ['--keys', places.keys] : [];
  return ['run', places.bundle, '--data', places.data, '--trust', places.trust, ...lake, ...connections, ...secrets, ...keys, '--http', `${places.host}:${values.httpPort}`];
}

/** Where a connection leads until the site says otherwise: folders lie on the data volume. */
function addressOf({ name, kind }: SiteConnection, places: Places): string {
  switch (kind) {
    case 'folder':
      return `file:${places.data}/files/${name}`;
    case 'server':
      return `https://${dnsLabel(name)}.example`;
    case 'statsd':
      return 'statsd://127.0.0.1:8125';
    case 'ingest':
      return 'ingest:';
  }
}

/** Secrets that the agent is given by name: of the broker, and the token of those who post messages. */
function namedSecrets({ broker, connections }: DeploymentValues): readonly string[] {
  return [...(broker === null ? [] : ['broker']), ...connections.filter(connection => connection.kind === 'ingest').map(connection => connection.name)];
}

/** Names of the files with secrets that a site must have. */
export function secretNames(values: DeploymentValues): readonly string[] {
  return [...namedSecrets(values), ...(values.encrypts ? ['keys.json'] : [])];
}

/** File of the agent as `npm pack` makes it. By file, because a name alone would take whatever a registry has under it. */
export function agentPackage({ agentVersion }: DeploymentValues): string {
  return `littoral-${agentVersion}.tgz`;
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
