import type { ModelContract, ModelTensor } from '../../engine/model/model-contract';
import type { UntrustedBundle } from '../host/open-bundle-file';
import type { Outcome } from './verb';
import { bytesWords, grouped, tableWords } from './words';

/** What is in a bundle. */
export function bundleOutcome({ statement, manifest, signatures }: UntrustedBundle): Outcome {
  const { pipelineId, release, targets, notBefore, expires, minAgent, sha256 } = statement;
  return {
    ok: true,
    document: { kind: 'bundle', verified: false, signatures, statement, manifest },
    words: [
      `bundle:     ${pipelineId}, release ${release}; not verified here (littoral verify), ${signatures} signature${signatures === 1 ? '' : 's'}`,
      `targets:    ${targets.join(', ')}`,
      `valid:      ${notBefore} to ${expires}, agent ${minAgent} or newer`,
      `bundle.zip: SHA-256 ${sha256}`,
      ...tableWords(manifest.files.map(file => [`  ${file.path}`, bytesWords(file.size), file.sha256.slice(0, 16)]))
    ]
  };
}

/** What a model takes and gives. */
export function modelOutcome(contract: ModelContract): Outcome {
  const { irVersion, producer, inputs, outputs, nodeCount } = contract;
  const [opsets, ops] = [Object.fromEntries(contract.opsets), Object.fromEntries(contract.ops)];
  return {
    ok: true,
    document: { kind: 'model', irVersion, producer, opsets, inputs, outputs, nodeCount, ops },
    words: [
      `model:    IR version ${irVersion}${producer === '' ? '' : `, by ${producer}`}`,
      `opsets:   ${Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`).join(', ')}`,
      ...inputs.map(tensor => `input:    ${tensorWords(tensor)}`),
      ...outputs.map(tensor => `output:   ${tensorWords(tensor)}`),
      `nodes:    ${grouped(nodeCount)}: ${Object.entries(ops).map(([op, count]) => `${op} ${count}`).join(', ')}`
    ]
  };
}

function tensorWords({ name, type, shape }: ModelTensor): string {
  return `"${name}" ${type} [${shape.map(size => size ?? 'any').join(', ')}]`;
}
