import { agentPackage, dnsLabel, secretNames, siteVariables } from './values';
import type { DeploymentValues } from './values';

/** What a person at the machine reads first. */
export function deploymentReadme(values: DeploymentValues): string {
  const { pipeline, release, bundleFile, httpPort, target } = values;
  const name = dnsLabel(pipeline);
  const variables = Object.keys(siteVariables(values)).map(variable => `${variable}=… `).join('');
  const label = target === null ? 'The bundle is for any machine.' : 'The bundle is for machines whose label (`LITTORAL_TARGET`) fits its targets.';
  return `# ${pipeline}, release ${release}

These files run \`${bundleFile}\` with the Littoral agent. \`littoral verify <bundle> --trust trust.json --extract DIR\` puts them,
the bundle and the trust file into one folder.

| where | file | command |
|---|---|---|
| one machine with Docker | \`compose.yaml\` | \`${variables}docker compose up --build --detach\` |
| a cluster, K3s | \`kubernetes.yaml\` | see the first lines of the file |
| one machine without containers | \`littoral.service\` | see the first lines of the file |
| AWS IoT Greengrass v2 | \`greengrass-recipe.json\` | put agent and bundle where their URIs say, then \`aws greengrassv2 create-component-version --inline-recipe fileb://greengrass-recipe.json\` |
| Azure IoT Edge | \`iot-edge-deployment.json\` | push the image, put its registry for REGISTRY, then \`az iot edge set-modules --content iot-edge-deployment.json …\` |

The image is made with \`docker build --tag ${name}:${release} .\`; beside it the agent as
\`${agentPackage(values)}\` (\`npm pack\` in a built clone of Littoral). It holds agent and bundle, no secret and no trust file.

- **Trust**: \`trust/trust.json\` says whose bundles run here. It comes to the machine by another way than the bundle does.
${secretWords(values)}${connectionWords(values)}- **Label**: ${label}
- **Health**: the agent checks the signature, repeats the evidence and goes live; it serves \`/metrics\`, \`/healthz\` and \`/readyz\` on port ${httpPort}.
- **Alerts**: \`observability/prometheus-rules.yaml\` and \`observability/grafana-dashboard.json\` of the bundle are made from this plan.
`;
}

function secretWords(values: DeploymentValues): string {
  const names = secretNames(values);
  if (names.length === 0) return '- **Secrets**: none.\n';
  const meaning = (name: string): string => (name === 'broker' ? '`user:password` of the broker' : name === 'keys.json' ? 'the keys of the encrypted columns' : `the token of those who post to connection ${name}`);
  return `- **Secrets** are files, never arguments: ${names.map(name => `\`secrets/${name}\` (${meaning(name)})`).join(', ')}. Readable by user ${values.uid} and nobody else.
  A broker that asks for none: leave \`--secret broker=…\` out of the command line.
`;
}

function connectionWords({ connections }: DeploymentValues): string {
  if (connections.length === 0) return '';
  const meaning = { folder: 'a folder on the data volume', server: 'a server whose address you put in', statsd: 'StatsD at port 8125', ingest: 'posted to `/ingest/<topic>` of the agent' };
  return `- **Connections** of the plan, \`--connection\` in each command line: ${connections.map(({ name, kind }) => `${name} (${meaning[kind]})`).join(', ')}.
`;
}
