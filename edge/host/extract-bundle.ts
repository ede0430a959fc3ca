import { join } from 'node:path';
import { bundleFileName } from '../../engine/bundle/build-bundle';
import type { VerifiedBundle } from '../../engine/bundle/verify-bundle';
import { writeWholeFile } from './files';

const DEPLOY_FOLDER = 'deploy';

export interface ExtractedBundle {
  readonly folder: string;
  /** Paths below it, sorted. */
  readonly files: readonly string[];
}

/**
 * Writes the files of a verified bundle below `folder`, and the bundle itself with the trust file beside its deployment
 * files, so that an image can be built there. The strict reader has let only paths through that stay in the folder.
 */
export async function extractBundle(bundle: VerifiedBundle, from: { readonly bytes: Uint8Array; readonly trust: Uint8Array }, folder: string): Promise<ExtractedBundle> {
  const { pipelineId, release } = bundle.statement;
  const files = new Map(bundle.files);
  files.set(`${DEPLOY_FOLDER}/${bundleFileName(pipelineId, release)}`, from.bytes);
  files.set(`${DEPLOY_FOLDER}/trust/trust.json`, from.trust);
  for (const [path, bytes] of files) await writeWholeFile(join(folder, path), bytes);
  return { folder, files: [...files.keys()].sort() };
}
