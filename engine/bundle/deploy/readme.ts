import { dnsLabel, secretNames } from './values';
import type { DeploymentValues } from './values';

/** What a person at the machine reads first. */
export function deploymentReadme(values: DeploymentValues): string {
  const { pipeline, release, bundleFile, httpPort, target, uid } = values;
  const name = dnsLabel(pipeline);
  const variables = `LITTORAL_BROKER=mqtt://…${target === null ? '' : ` LITTORAL_TARGET=${target}`}`;
  const label = target === null ? 'The bundle is for any machine.' : 'The bundle is for machines whose label (`LITTORAL_TARGET`) fits its targets.';
  const secrets = secretNames(values).map(secret => `\`secrets/${secret}\``).join(' and ');
  return `# ${pipeline}, release ${release}

These files run \`${bundleFile}\` with the Littoral agent. \`littoral verify <bundle> --trust trust.json --extract DIR\` puts them,
the bundle and the trust file into one folder.

| where | file | command |
|---|---|---|
| one machine with Docker | \`compose.yaml\` | \`${variables} docker compose up --build --detach\` |
| a cluster, K3s | \`kubernetes.yaml\` | see the first lines of the file |
| one machine without containers | \`littoral.service\` | see the first lines of the file |
| AWS IoT Greengrass v2 | \`greengrass-recipe.json\` | put the bundle where its URI says, then \`aws greengrassv2 create-component-version --inline-recipe fileb://greengrass-recipe.json\` |
| Azure IoT Edge | \`iot-edge-deployment.json\` | push the image, put its registry for REGISTRY, then \`az iot edge set-modules --content iot-edge-deployment.json …\` |

The image is made with \`docker build --tag ${name}:${release} .\`; it holds the agent and the bundle, no secret and no trust file.

- **Trust**: \`trust.json\` says whose bundles run here. It comes to the machine by another way than the bundle does.
- **Secrets** are files, ${secrets}, never arguments: \`broker\` holds \`user:password\` of the broker in one line${values.encrypts ? '; `keys.json` holds the keys of the encrypted columns' : ''}. Readable by user ${uid} and nobody else.
  A broker that asks for none: leave \`--secret\` with its value out of the command line.
- **Label**: ${label}
- **Health**: the agent checks the signature, repeats the evidence and goes live; it serves \`/metrics\`, \`/healthz\` and \`/readyz\` on port ${httpPort}.
- **Alerts**: \`observability/prometheus-rules.yaml\` and \`observability/grafana-dashboard.json\` of the bundle are made from this plan.
`;
}
