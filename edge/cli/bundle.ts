import type { BundleSigner } from '../../engine/bundle/crypto';
import { bundleHere } from '../host/bundle';
import { nodeSigner } from '../host/bundle-crypto';
import { readFileBytes, unpackGzip, writeWholeFile } from '../host/files';
import { yearsFromNow } from '../host/expiry';
import { dateOption } from './date-option';
import { loadPipeline } from '../host/load-pipeline';
import { readModels } from '../host/model-files';
import { nameRecording } from '../host/recording-file';
import { readSigningKey } from '../host/signing-key';
import { validationWords } from './report-words';
import { readExpectedRows } from './validate';
import type { Verb } from './verb';
import { bytesWords } from './words';

/** `littoral bundle`: validates and signs. */
export const bundle: Verb = {
  name: 'bundle',
  operands: '<pipeline> --evidence REC --key KEY -o FILE',
  operandCount: { min: 1, max: 1 },
  summary: 'validate a pipeline on its evidence and sign exactly that as one file',
  details: `Replays the evidence twice; when everything is well, Plan, models, schemas, evidence with its rows, bill of materials (CycloneDX),
deployment files, alerts and dashboard go into one archive that is signed. An agent repeats the evidence before it goes live. The answer is no when the validation fails.`,
  options: [
    { name: 'evidence', value: 'REC', required: true, doc: 'the recording that the pipeline is validated on' },
    { name: 'key', value: 'KEY', required: true, multiple: true, doc: 'a private key (see keygen); several when the trust file asks for several' },
    { name: 'output', short: 'o', value: 'FILE', doc: 'the bundle; default: <name>-<release>.littoral.zip' },
    { name: 'expect', value: 'FILE', doc: 'expected rows, *.rows.ndjson, to validate against' },
    { name: 'release', value: 'N', doc: "number of this release, higher than the one before; default 1" },
    { name: 'target', value: 'LABEL', multiple: true, doc: 'machines it is for, * for any characters; default: *' },
    { name: 'not-before', value: 'ISO', doc: 'first instant at which an agent takes it; default: now' },
    { name: 'min-agent', value: 'X.Y.Z', doc: 'oldest agent that may run it; default: the version of this command' },
    { name: 'expires', value: 'ISO', doc: 'last instant at which an agent takes it; default: one year from now' }
  ],
  example:
    'littoral bundle test/edge/cli/fixtures/pumps.pipeline.ts --evidence test/edge/cli/fixtures/pumps.recording.ndjson --key .littoral/site.key -o .littoral/pumps-1.littoral.zip',
  async run(call) {
    const release = call.wholeNumber('release', 1) ?? 1;
    const expires = dateOption('bundle', 'expires', call.text('expires')) ?? yearsFromNow(1);
    const notBefore = dateOption('bundle', 'not-before', call.text('not-before'));
    const targets = call.texts('target').length === 0 ? ['*'] : call.texts('target');
    const signers: BundleSigner[] = [];
    for (const file of call.texts('key')) signers.push(await nodeSigner(await readSigningKey(file)));
    const { plan, folder } = await loadPipeline(call.operand(0));
    const models = await readModels(plan, folder);
    const evidence = call.required('evidence');
    const recording = await unpackGzip(await readFileBytes(evidence, 'recording'), evidence, 'recording');
    const expectFile = call.text('expect');
    const expect = expectFile === undefined ? undefined : await readExpectedRows(expectFile);
    const progress = (words: string): void => call.terminal.progress(words);
    const { validation, bundle: built } = await bundleHere({ plan, models }, { recording, signers, release, targets, notBefore, expires, minAgent: call.text('min-agent'), nowMs: Date.now(), expect, progress }).catch((error: unknown) => {
      throw nameRecording(error, evidence);
    });
    if (built === null) {
      return { ok: false, document: { ok: false, reason: 'VALIDATION_FAILED', detail: 'the pipeline is not valid on its evidence', validation }, words: validationWords(validation) };
    }
    const output = call.text('output') ?? built.fileName;
    await writeWholeFile(output, built.bytes);
    const { sha256, bundleSha256 } = built;
    return {
      ok: true,
      document: { ok: true, output, bytes: built.bytes.length, sha256, bundleSha256, pipelineId: plan.name, release, targets, expires, validation },
      words: [...validationWords(validation), `${output}: ${bytesWords(built.bytes.length)}, release ${release} for ${targets.join(', ')} until ${expires}`, `SHA-256 ${sha256}`]
    };
  }
};
