import { encodeUtf8 } from '../../codec/utf8';
import type { ZipEntry } from '../write-zip';
import { composeFile } from './compose';
import { dockerfile } from './dockerfile';
import { kubernetesManifest } from './kubernetes';
import { systemdUnit } from './systemd';
import type { DeploymentValues } from './values';
import { dnsLabel } from './values';

/** The files under deploy/ of a bundle. */
export function deploymentFiles(values: DeploymentValues): readonly ZipEntry[] {
  const files: Readonly<Record<string, string>> = {
    Dockerfile: dockerfile(values),
    'compose.yaml': composeFile(values),
    'kubernetes.yaml': kubernetesManifest(values),
    'littoral.service': systemdUnit(values),
    'README.md': readme(values)
  };
  return Object.entries(files).map(([name, text]) => ({ path: `deploy/${name}`, bytes: encodeUtf8(text) }));
}

function readme(values: DeploymentValues): string {
  const { pipeline, release, bundleFile, httpPort, target } = values;
  const variables = `LITTORAL_BROKER=mqtt://…${target === null ? '' : ` LITTORAL_TARGET=${target}`}`;
  const label = target === null ? 'The bundle is for any machine.' : 'The bundle is for machines whose label (`LITTORAL_TARGET`) fits its targets.';
  return `# ${pipeline}, release ${release}

These files run \`${bundleFile}\` with the Littoral agent. Put the bundle and the trust file of your site (\`trust.json\`) beside them.

| where | file | command |
|---|---|---|
| one machine with Docker | \`compose.yaml\` | \`${variables} docker compose up --build --detach\` |
| a cluster | \`kubernetes.yaml\` | \`docker build --tag ${dnsLabel(pipeline)}:${release} .\`, push, \`kubectl apply --filename kubernetes.yaml\` |
| one machine without containers | \`littoral.service\` | see the first lines of the file |

${label} User name and password of the broker go into its address.
The agent checks the signature, repeats the evidence and goes live; it serves \`/metrics\`, \`/healthz\` and \`/readyz\` on port ${httpPort}.
`;
}
