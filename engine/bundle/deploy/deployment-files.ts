import { encodeUtf8 } from '../../codec/utf8';
import type { ZipEntry } from '../write-zip';
import { composeFile } from './compose';
import { dockerfile } from './dockerfile';
import { greengrassRecipe } from './greengrass';
import { iotEdgeManifest } from './iot-edge';
import { kubernetesManifest } from './kubernetes';
import { deploymentReadme } from './readme';
import { systemdUnit } from './systemd';
import type { DeploymentValues } from './values';

/** The files under deploy/ of a bundle. */
export function deploymentFiles(values: DeploymentValues): readonly ZipEntry[] {
  const files: Readonly<Record<string, string>> = {
    Dockerfile: dockerfile(values),
    'compose.yaml': composeFile(values),
    'kubernetes.yaml': kubernetesManifest(values),
    'littoral.service': systemdUnit(values),
    'greengrass-recipe.json': greengrassRecipe(values),
    'iot-edge-deployment.json': iotEdgeManifest(values),
    'README.md': deploymentReadme(values)
  };
  return Object.entries(files).map(([name, text]) => ({ path: `deploy/${name}`, bytes: encodeUtf8(text) }));
}
