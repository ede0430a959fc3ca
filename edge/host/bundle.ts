import type { RowOut, ValidationReport } from '../../engine/api/host';
import { buildBundle } from '../../engine/bundle/build-bundle';
import type { BuiltBundle } from '../../engine/bundle/build-bundle';
import type { BundleSigner } from '../../engine/bundle/crypto';
import { instantText } from '../../engine/bundle/instant';
import type { Slo } from '../../engine/plan/plan';
import { nodeCrypto } from './bundle-crypto';
import type { Runnable } from './replay';
import { validateHere } from './validate';

export interface BundleHereOptions {
  /** The evidence, `*.recording.ndjson`, not packed. */
  readonly recording: Uint8Array;
  readonly signers: readonly BundleSigner[];
  readonly release: number;
  readonly targets: readonly string[];
  readonly expires: string;
  /** Default: `nowMs`. */
  readonly notBefore?: string;
  /** Default: the version of this engine. */
  readonly minAgent?: string;
  readonly nowMs: number;
  readonly expect?: readonly RowOut[];
  readonly slo?: Slo;
  readonly progress?: (words: string) => void;
}
export interface BundledHere {
  readonly validation: ValidationReport;
  /** null: the validation failed, so there is nothing to sign. */
  readonly bundle: BuiltBundle | null;
}

/** Validates on the evidence and, when that is well, signs exactly what was validated. */
export async function bundleHere(runnable: Runnable, options: BundleHereOptions): Promise<BundledHere> {
  const rows: string[] = [];
  const validation = await validateHere(runnable, () => onePiece(options.recording), {
    expect: options.expect,
    slo: options.slo,
    progress: replay => options.progress?.(`validating, replay ${replay} of 2`),
    onRows: text => rows.push(text)
  });
  if (!validation.ok) return { validation, bundle: null };
  const { plan, models } = runnable;
  const { release, targets, expires, minAgent, recording, nowMs } = options;
  const notBefore = options.notBefore ?? instantText(nowMs);
  const evidence = { recording, rows: new TextEncoder().encode(rows.join('')), report: validation.report };
  const bundle = await buildBundle({ plan, models, evidence, release, targets, notBefore, expires, minAgent }, nodeCrypto(), options.signers);
  return { validation, bundle };
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
