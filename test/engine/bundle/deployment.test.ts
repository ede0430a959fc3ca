import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { deploymentFiles } from '../../../engine/bundle/deploy/deployment-files';
import { deploymentValues } from '../../../engine/bundle/deploy/values';
import type { Plan } from '../../../engine/plan/plan';
import { run } from '../../../edge/cli/run';
import { plan } from './make-bundle';

type Tree = { readonly [name: string]: Tree } & readonly Tree[] & string;

function rendered(of: Plan = plan, targets: readonly string[] = ['site-a/*']): ReadonlyMap<string, string> {
  const values = deploymentValues({ plan: of, release: 3, targets, bundleFile: `${of.name}-3.littoral.zip`, agentVersion: '0.1.0' });
  return new Map(deploymentFiles(values).map(({ path, bytes }) => [path.replace('deploy/', ''), new TextDecoder().decode(bytes)]));
}

const files = rendered();
const text = (name: string): string => files.get(name) ?? '';
const yaml = (name: string): Tree => parse(text(name)) as Tree;
const documents = (): ReadonlyMap<string, Tree> => new Map(parseAllDocuments(text('kubernetes.yaml')).map(document => document.toJS() as Tree).map(tree => [String(tree['kind']), tree]));

/** The agent's arguments in each file, as one text. */
function commandLines(of: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const kubernetes = parseAllDocuments(of.get('kubernetes.yaml') ?? '').map(document => document.toJS() as Tree);
  const pod = kubernetes.find(tree => String(tree['kind']) === 'Deployment')?.['spec']?.['template']?.['spec']?.['containers']?.[0];
  const recipe = JSON.parse(of.get('greengrass-recipe.json') ?? '') as Tree;
  const edge = JSON.parse(of.get('iot-edge-deployment.json') ?? '') as Tree;
  const module = Object.values(edge['modulesContent']?.['$edgeAgent']?.['properties.desired']?.['modules'] ?? {})[0] as Tree;
  return new Map([
    ['Dockerfile', [...(of.get('Dockerfile') ?? '').matchAll(/^(?:ENTRYPOINT|CMD) (.*)$/gm)].map(match => match[1]).join(' ')],
    ['compose.yaml', JSON.stringify((parse(of.get('compose.yaml') ?? '') as Tree)['services']?.['agent']?.['command'])],
    ['kubernetes.yaml', JSON.stringify(pod?.['args'])],
    ['littoral.service', /^ExecStart=(.*)$/m.exec(of.get('littoral.service') ?? '')?.[1] ?? ''],
    ['greengrass-recipe.json', String(recipe['Manifests']?.[0]?.['Lifecycle']?.['Run']?.['Script'])],
    ['iot-edge-deployment.json', JSON.stringify((JSON.parse(String(module['settings']?.['createOptions'])) as Tree)['Cmd'])]
  ]);
}

const encrypting: Plan = { ...plan, nodes: plan.nodes.map(node => (node.op === 'source' ? { ...node, config: { ...node.config, schema: { fields: node.config.schema.fields.map(field => ({ ...field, tags: { encryption: 'plant' } })) } } } : node)) };

describe('the deployment files of a bundle', () => {
  it.each([...commandLines(files).keys()])('%s starts the agent with options that `littoral run --help` knows', name => {
    const known = run.options.map(option => `--${option.name}`);
    for (const of of [files, rendered(encrypting, ['*'])]) {
      const used = (commandLines(of).get(name) ?? '').match(/--[a-z][a-z-]*/g) ?? [];
      expect(used).toContain('--broker');
      expect(used.filter(option => !known.includes(option))).toEqual([]);
    }
  });

  it('name the same bundle, port and folders everywhere', () => {
    expect(text('Dockerfile')).toContain('"run","/etc/littoral/bearing-watch-3.littoral.zip","--data","/var/lib/littoral","--trust","/etc/littoral/trust/trust.json","--lake","/var/lib/littoral/lake","--secret","broker=file:/run/secrets/littoral/broker","--http","0.0.0.0:9464"');
    expect(text('compose.yaml')).toContain('command: ["--broker","${LITTORAL_BROKER:-mqtt://broker:1883}","--target","${LITTORAL_TARGET:-site-a/edge-1}"]');
    expect(text('littoral.service')).toContain('--http 127.0.0.1:9464 --broker ${LITTORAL_BROKER} --target ${LITTORAL_TARGET}');
    for (const [name, content] of files) expect(content, name).not.toMatch(/undefined|\[object|null/);
  });

  it('run without rights in a container: not root, a read-only root, no capabilities', () => {
    expect(text('Dockerfile')).toMatch(/^USER 10001:10001$/m);
    expect(yaml('compose.yaml')['services']?.['agent']).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    const options = commandLines(files).has('iot-edge-deployment.json') ? text('iot-edge-deployment.json') : '';
    expect(options).toContain('\\"ReadonlyRootfs\\":true,\\"CapDrop\\":[\\"ALL\\"],\\"SecurityOpt\\":[\\"no-new-privileges:true\\"]');
    const pod = documents().get('Deployment')?.['spec']?.['template']?.['spec'];
    expect(pod?.['securityContext']).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod?.['containers']?.[0]?.['securityContext']).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  });

  it('make a ConfigMap, a volume claim, a Service, a NetworkPolicy and a Deployment that name one another', () => {
    const all = documents();
    expect([...all.keys()]).toEqual(['ConfigMap', 'PersistentVolumeClaim', 'Service', 'NetworkPolicy', 'Deployment']);
    const deployment = all.get('Deployment')?.['spec'];
    const labels = deployment?.['template']?.['metadata']?.['labels'];
    expect(labels).toMatchObject(deployment?.['selector']?.['matchLabels'] ?? {});
    expect(labels).toMatchObject(all.get('Service')?.['spec']?.['selector'] ?? {});
    expect(labels).toMatchObject(all.get('NetworkPolicy')?.['spec']?.['podSelector']?.['matchLabels'] ?? {});
    const pod = deployment?.['template']?.['spec'];
    const volumes = Object.fromEntries([...(pod?.['volumes'] ?? [])].map(volume => [String(volume['name']), volume]));
    expect(volumes['data']?.['persistentVolumeClaim']?.['claimName']).toBe(all.get('PersistentVolumeClaim')?.['metadata']?.['name']);
    for (const mount of pod?.['containers']?.[0]?.['volumeMounts'] ?? []) expect(Object.keys(volumes)).toContain(mount['name']);
    for (const variable of pod?.['containers']?.[0]?.['env'] ?? []) expect(all.get('ConfigMap')?.['data']).toHaveProperty(String(variable['valueFrom']?.['configMapKeyRef']?.['key']));
    expect(JSON.stringify(all.get('NetworkPolicy')?.['spec']?.['egress'])).toContain('1883');
  });

  it('hold no secret, only where it is', () => {
    expect([...documents().keys()]).not.toContain('Secret');
    expect(yaml('compose.yaml')['secrets']).toEqual({ broker: { file: './secrets/broker' } });
    expect(text('littoral.service')).toMatch(/^LoadCredential=broker:\/etc\/bearing-watch\/secrets\/broker$/m);
    for (const [name, line] of commandLines(files)) expect(line, name).not.toMatch(/password|:\/\/[^"\s]*@/);
  });

  it('give the keys to an agent whose columns leave encrypted, and to no other', () => {
    const lines = commandLines(rendered(encrypting));
    expect(lines.get('Dockerfile')).toContain('"--keys","/run/secrets/littoral/keys.json"');
    expect(lines.get('littoral.service')).toContain('--keys %d/keys.json');
    expect(rendered(encrypting).get('littoral.service')).toMatch(/^LoadCredential=keys\.json:/m);
    expect(commandLines(files).get('Dockerfile')).not.toContain('--keys');
  });

  it('give connections that are no broker an address, those who post a token, and no broker to a plan without one', () => {
    const at = (connector: 'file' | 'http', connection: string): Plan['nodes'][number] => {
      const source = plan.nodes[0];
      if (source?.op !== 'source') throw new Error('no source');
      const { topic, decoder, schema, eventTime, maxOutOfOrdernessMs, maxFutureSkewMs, idleTimeoutMs, watermarkPer } = source.config;
      const settings = { topic, connection, decoder, schema, eventTime, maxOutOfOrdernessMs, maxFutureSkewMs, idleTimeoutMs, watermarkPer };
      return { ...source, id: `from-${connection}`, config: connector === 'http' ? { connector, ...settings } : { connector, framing: 'lines', from: 'start', ...settings } };
    };
    const others: Plan = { ...plan, nodes: [at('file', 'logs'), at('http', 'gate'), { id: 'up', op: 'sink', input: 'from-logs', config: { connector: 'http', name: 'up', path: 'rows', connection: 'cloud', method: 'POST' } }] };
    const lines = commandLines(rendered(others, ['*']));
    expect(lines.get('Dockerfile')).toContain('"--connection","logs=file:/var/lib/littoral/files/logs","--connection","gate=ingest:","--connection","cloud=https://cloud.example","--secret","gate=file:/run/secrets/littoral/gate"');
    expect(lines.get('littoral.service')).toContain('--connection logs=file:/var/lib/bearing-watch/files/logs --connection gate=ingest:');
    const known = run.options.map(option => `--${option.name}`);
    for (const [name, line] of lines) {
      expect(line, name).not.toContain('broker');
      expect((line.match(/--[a-z][a-z-]*/g) ?? []).filter(option => !known.includes(option)), name).toEqual([]);
    }
    expect(rendered(others, ['*']).get('README.md')).toContain('cloud (a server whose address you put in)');
    expect(parse(rendered(others, ['*']).get('compose.yaml') ?? '')).toMatchObject({ secrets: { gate: { file: './secrets/gate' } } });
  });

  it('ask a machine without a label for none', () => {
    for (const [name, line] of commandLines(rendered(plan, ['*']))) expect(line, name).not.toContain('--target');
    expect(rendered(plan, ['*']).get('kubernetes.yaml')).not.toContain('LITTORAL_TARGET');
  });

  it('follow the formats of Greengrass and IoT Edge', () => {
    const recipe = JSON.parse(text('greengrass-recipe.json')) as Tree;
    expect(recipe).toMatchObject({ RecipeFormatVersion: '2020-01-25', ComponentName: 'littoral.bearing-watch', ComponentVersion: '3.0.0', Manifests: [{ Platform: { os: 'linux' } }] });
    const settings = Object.keys(recipe['ComponentConfiguration']?.['DefaultConfiguration'] ?? {});
    for (const [, used] of text('greengrass-recipe.json').matchAll(/\{configuration:\/(\w+)\}/g)) expect(settings).toContain(used);
    const edge = (JSON.parse(text('iot-edge-deployment.json')) as Tree)['modulesContent'];
    expect(Object.keys(edge?.['$edgeAgent']?.['properties.desired'] ?? {})).toEqual(['schemaVersion', 'runtime', 'systemModules', 'modules']);
    const modules = edge?.['$edgeAgent']?.['properties.desired'];
    for (const module of [...Object.values(modules?.['modules'] ?? {}), ...Object.values(modules?.['systemModules'] ?? {})] as Tree[]) {
      expect(String(module['settings']?.['createOptions']).length).toBeLessThanOrEqual(4096);
      expect(() => JSON.parse(String(module['settings']?.['createOptions'])) as unknown).not.toThrow();
    }
  });
});
