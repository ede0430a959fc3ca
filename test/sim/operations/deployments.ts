import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deploymentFiles } from '../../../engine/bundle/deploy/deployment-files';
import { deploymentValues } from '../../../engine/bundle/deploy/values';
import { observabilityFiles } from '../../../engine/bundle/observability/observability-files';
import type { Plan } from '../../../engine/plan/plan';
import { ENGINE_VERSION } from '../../../engine/version';
import { complaintsOf, exposureOf } from './tools';
import type { Tools } from './tools';

/** A unit that systemd rates above this is not confined. */
const EXPOSURE_MAX = 2;

export interface CheckedDeployment {
  readonly checks: number;
  /** The highest rating of a unit, or NaN. */
  readonly exposure: number;
  readonly findings: readonly string[];
}

/** Writes the deployment files, rules and dashboard of `plan` below `folder`, as `littoral verify --extract` does. */
export function writeDeployment(plan: Plan, targets: readonly string[], folder: string): void {
  const values = deploymentValues({ plan, release: 3, targets, bundleFile: `${plan.name}-3.littoral.zip`, agentVersion: ENGINE_VERSION });
  for (const { path, bytes } of [...deploymentFiles(values), ...observabilityFiles(plan)]) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

/** Has the deployment files in `folder` read by the tools that there are. */
export function checkDeployment(folder: string, tools: Tools): CheckedDeployment {
  const findings: string[] = [];
  let checks = 0;
  const check = (words: string, complaints: string): void => {
    checks += 1;
    if (complaints !== '') findings.push(`${words}: ${complaints}`);
  };
  const deploy = (name: string): string => join(folder, 'deploy', name);
  if (tools.validators !== null) {
    for (const [kind, name] of [['dockerfile', 'Dockerfile'], ['compose', 'compose.yaml'], ['kubernetes', 'kubernetes.yaml']] as const) check(name, complaintsOf(tools.validators, [kind, deploy(name)]));
  }
  let exposure = Number.NaN;
  if (tools.systemdAnalyze !== null) {
    check('littoral.service', complaintsOf(tools.systemdAnalyze, ['verify', '--man=no', deploy('littoral.service')]));
    exposure = exposureOf(tools.systemdAnalyze, deploy('littoral.service'));
    check('littoral.service', exposure <= EXPOSURE_MAX ? '' : `systemd rates its exposure ${exposure}, expected at most ${EXPOSURE_MAX}`);
  }
  return { checks, exposure, findings };
}
