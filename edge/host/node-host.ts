import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportedBundle, ExportOptions, PipelineHost, RecordingRef, RecordOptions, ReplayResult, Run, RunOptions, ValidateOptions, ValidationReport } from '../../engine/api/host';
import { LittoralError } from '../../engine/error';
import type { Plan } from '../../engine/plan/plan';
import { nodeSigner } from './bundle-crypto';
import { bundleHere } from './bundle';
import { expiryText, yearsFromNow } from './expiry';
import { readFileBytes, unpackGzip, writeWholeFile } from './files';
import { runLive } from './live-run';
import { readModels } from './model-files';
import { recordLive, recordingPath } from './record-live';
import { recordingPieces } from './recording-file';
import { replayHere } from './replay';
import type { Runnable } from './replay';
import { readSigningKey } from './signing-key';
import { validateHere } from './validate';

export interface NodeHostOptions {
  /** Folder of models, recordings and bundles. */
  readonly folder: string;
  /** mqtt://host:port of every connection; absent: `run` and `record` are refused. */
  readonly brokerUrl?: string;
  /** Private key of `littoral keygen`; absent: `export` is refused. */
  readonly keyFile?: string;
  readonly log: (line: string) => void;
}

/** What `run`, `record`, `replay`, `validate` and `export` of the module 'littoral' do in a Node program. */
export function nodeHost(options: NodeHostOptions): PipelineHost {
  return new NodeHost(options);
}

class NodeHost implements PipelineHost {
  constructor(private readonly options: NodeHostOptions) {}

  async run(plan: Plan, { seconds }: RunOptions): Promise<Run> {
    return runLive(await this.runnable(plan), { url: this.broker(`run of "${plan.name}"`), seconds, log: this.options.log });
  }

  record(topic: string, { seconds, name }: RecordOptions): Promise<RecordingRef> {
    const { folder, log } = this.options;
    return recordLive({ url: this.broker(`record("${topic}")`), topic, seconds, name, folder, log });
  }

  async replay(plan: Plan, recording: RecordingRef): Promise<ReplayResult> {
    const { report, rows } = await replayHere(await this.runnable(plan), recordingPieces(this.path(recording)));
    return { report, rows };
  }

  async validate(plan: Plan, recording: RecordingRef, options: ValidateOptions): Promise<ValidationReport> {
    return validateHere(await this.runnable(plan), () => recordingPieces(this.path(recording)), options);
  }

  async export(plan: Plan, options: ExportOptions): Promise<ExportedBundle> {
    const { keyFile, folder, log } = this.options;
    if (keyFile === undefined) throw new LittoralError('NO_KEY', `export of "${plan.name}": there is no signing key; a private key of \`littoral keygen\` was expected. Name it in LITTORAL_KEY.`);
    const path = this.path(options.evidence);
    const recording = await unpackGzip(await readFileBytes(path, 'recording'), path, 'recording');
    const { release = 1, targets = ['*'], expires } = options;
    const { validation, bundle } = await bundleHere(await this.runnable(plan), {
      recording,
      signers: [await nodeSigner(await readSigningKey(keyFile))],
      release,
      targets,
      expires: expires === undefined ? yearsFromNow(1) : expiryText(expires),
      nowMs: Date.now(),
      progress: log
    });
    if (bundle === null) {
      const failed = validation.checks.filter(check => !check.ok).map(check => `${check.name}: ${check.seen}, expected ${check.expected}`);
      throw new LittoralError('VALIDATION_FAILED', `export of "${plan.name}": the pipeline is not valid on its evidence (${failed.join('; ')}). Mend it, or record new evidence.`, { details: { validation } });
    }
    const output = join(folder, bundle.fileName);
    await writeWholeFile(output, bundle.bytes);
    return { fileName: bundle.fileName, bytes: (await stat(output)).size, sha256: bundle.sha256 };
  }

  private async runnable(plan: Plan): Promise<Runnable> {
    return { plan, models: await readModels(plan, this.options.folder) };
  }

  private path(recording: RecordingRef): string {
    return recordingPath(recording.name, this.options.folder);
  }

  private broker(subject: string): string {
    const { brokerUrl } = this.options;
    if (brokerUrl !== undefined) return brokerUrl;
    throw new LittoralError('NO_BROKER', `${subject}: no broker is known; an address such as mqtt://127.0.0.1:1883 was expected. Name it in LITTORAL_BROKER.`);
  }
}
