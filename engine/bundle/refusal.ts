/** Why a bundle is refused; the label of `littoral_bundle_rejected_total`. */
export type RefusalReason =
  | 'TOO_LARGE'
  | 'ZIP_INVALID'
  | 'NOT_A_BUNDLE'
  | 'ENVELOPE_INVALID'
  | 'SIGNATURE_INVALID'
  | 'KEY_EXPIRED'
  | 'THRESHOLD_NOT_MET'
  | 'PAYLOAD_TYPE'
  | 'STATEMENT_INVALID'
  | 'DIGEST_MISMATCH'
  | 'PIPELINE_MISMATCH'
  | 'TARGET_MISMATCH'
  | 'AGENT_TOO_OLD'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'RELEASE_NOT_NEWER'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_MISMATCH'
  | 'FILE_SET_MISMATCH'
  | 'FILE_DIGEST_MISMATCH';

/** A refused bundle. `detail` is one sentence. */
export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly detail: string;
}

export function refuse(reason: RefusalReason, detail: string): Refusal {
  return { ok: false, reason, detail };
}
