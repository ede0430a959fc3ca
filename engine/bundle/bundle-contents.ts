import { encodeUtf8 } from '../codec/utf8';
import { modelNames, modelUses } from '../model/models-of';
import { readModel } from '../model/read-model';
import { planToJson } from '../plan/canonical-json';
import type { Plan } from '../plan/plan';
import { ENGINE_VERSION } from '../version';
import { canonicalJson } from './canonical-json';
import { deploymentFiles } from './deploy/deployment-files';
import type { DeploymentValues } from './deploy/values';
import { deploymentValues } from './deploy/values';
import { PLAN_PATH } from './manifest';
import { observabilityFiles } from './observability/observability-files';
import type { ModelFacts } from './sbom/model-component';
import type { ZipEntry } from './write-zip';

export const EVIDENCE_RECORDING_PATH = 'evidence/recording.ndjson';
export const EVIDENCE_ROWS_PATH = 'evidence/expected.rows.ndjson';
export const EVIDENCE_REPORT_PATH = 'evidence/report.json';
export const MODELS_FOLDER = 'models/';

/** What was validated; the agent repeats it before it goes live. */
export interface BundleEvidence {
  /** `*.recording.ndjson` */
  readonly recording: Uint8Array;
  /** `*.rows.ndjson` that the recording must give. */
  readonly rows: Uint8Array;
  /** The report of the validation, as plain JSON. */
  readonly report: unknown;
}

export interface ContentsInput {
  readonly plan: Plan;
  readonly models: Readonly<Record<string, Uint8Array>>;
  readonly evidence: BundleEvidence;
  readonly release: number;
  readonly targets: readonly string[];
  readonly deployment?: Partial<DeploymentValues>;
}

/** Every file of a bundle but the bill of materials and the manifest, which are about the others. */
export function bundleContents(input: ContentsInput, fileName: string): readonly ZipEntry[] {
  const { plan, models, evidence, release, targets } = input;
  const schemas = plan.nodes.filter(node => node.op === 'source').map(node => json(`schemas/${node.id}.json`, node.config.schema));
  const values = deploymentValues({ plan, release, targets, bundleFile: fileName, agentVersion: ENGINE_VERSION, values: input.deployment });
  return [
    { path: PLAN_PATH, bytes: encodeUtf8(`${planToJson(plan)}\n`) },
    ...modelNames(plan).map(name => ({ path: `${MODELS_FOLDER}${name}`, bytes: models[name]! })),
    ...schemas,
    { path: EVIDENCE_RECORDING_PATH, bytes: evidence.recording },
    { path: EVIDENCE_ROWS_PATH, bytes: evidence.rows },
    json(EVIDENCE_REPORT_PATH, evidence.report),
    ...deploymentFiles(values),
    ...observabilityFiles(plan)
  ];
}

/** Path of each model in the bundle → what its file says, and the nodes that ask it. */
export function modelFacts(plan: Plan, models: Readonly<Record<string, Uint8Array>>): ReadonlyMap<string, ModelFacts> {
  return new Map(
    modelNames(plan).map(name => {
      const model = readModel(models[name]!);
      const nodes = modelUses(plan).filter(use => use.model === name).map(use => use.node.id);
      return [`${MODELS_FOLDER}${name}`, { contract: model.ok ? model.contract : model.detail, nodes: [...new Set(nodes)] }];
    })
  );
}

function json(path: string, value: unknown): ZipEntry {
  return { path, bytes: encodeUtf8(canonicalJson(value)) };
}
