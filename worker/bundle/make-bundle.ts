import type { ExportedBundle } from '../../engine/api/host';
import { buildBundle } from '../../engine/bundle/build-bundle';
import { webCrypto } from '../../engine/bundle/crypto';
import type { SubtleLike } from '../../engine/bundle/crypto';
import { instantText } from '../../engine/bundle/instant';
import { encodeUtf8 } from '../../engine/codec/utf8';
import { LittoralError } from '../../engine/error';
import { parsePlan } from '../../engine/plan/parse-plan';
import type { Plan } from '../../engine/plan/plan';
import type { Recordings } from '../recording/recordings';
import type { Replays } from '../run/replays';
import { browserKey } from './signing-key';

export interface BundleOptions {
  readonly release: number;
  readonly targets: readonly string[];
  /** ISO date or instant. */
  readonly expires: string;
}

/** Validates on the recording and, when that is well, signs exactly what was validated. Throws `NOT_VALID` when it is not. */
export async function makeBundle(
  host: { readonly recordings: Recordings; readonly replays: Replays; readonly nowMs: number },
  input: { readonly plan: Plan; readonly models: Readonly<Record<string, Uint8Array>>; readonly recording: string },
  options: BundleOptions
): Promise<{ readonly bundle: ExportedBundle; readonly bytes: Uint8Array; readonly publicKey: JsonWebKey }> {
  const { models, recording } = input;
  const plan = parsePlan(input.plan);
  const { report, rowsText } = await host.replays.evidence(plan, models, recording);
  const validation = await host.replays.validate(plan, models, recording, {});
  const failed = validation.checks.filter(check => !check.ok);
  if (failed.length > 0 || validation.report.outputSha256 !== report.outputSha256) {
    const words = failed.map(check => `${check.name}: ${check.seen}, expected ${check.expected}`).join('; ');
    throw new LittoralError('NOT_VALID', `bundle of "${plan.name}": the validation on "${recording}" failed (${words || 'rows differ between replays'}), so nothing is signed. Look at the validation report.`, { details: { checks: failed } });
  }
  const key = await browserKey();
  const built = await buildBundle(
    {
      plan,
      models,
      evidence: { recording: await host.recordings.export(recording), rows: encodeUtf8(rowsText), report: validation.report },
      release: options.release,
      targets: options.targets,
      notBefore: instantText(host.nowMs),
      expires: expiryInstant(plan.name, options.expires)
    },
    webCrypto(crypto.subtle as unknown as SubtleLike),
    [key.signer]
  );
  const { fileName, bytes, sha256 } = built;
  return { bundle: { fileName, bytes: bytes.length, sha256 }, bytes, publicKey: key.publicKey };
}

function expiryInstant(name: string, expires: string): string {
  const ms = Date.parse(expires);
  if (Number.isNaN(ms)) throw new LittoralError('BUNDLE_INPUT', `bundle of "${name}": expires "${expires}" is no date such as 2027-01-31. Correct it.`);
  return instantText(ms);
}
