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

/** What the person who holds a refused bundle does next, by reason. */
export const REFUSAL_ADVICE: Readonly<Record<RefusalReason, string>> = {
  TOO_LARGE: 'Shorten the recording that is the evidence, or look whether this is the right file.',
  ZIP_INVALID: 'Copy the file again, in binary mode, and compare its SHA-256 with the one that `littoral bundle` said. Another tool must not repack it.',
  NOT_A_BUNDLE: 'Look whether this is the file that `littoral bundle` wrote; it must not be repacked.',
  ENVELOPE_INVALID: 'Copy the file again. When that does not help, make the bundle anew with `littoral bundle`.',
  SIGNATURE_INVALID: 'Ask who made it which key signed, and whether that key belongs into the trust file. When nobody knows: do not run it.',
  KEY_EXPIRED: 'Have it signed with a key that is trusted now, or renew the key with `littoral trust`.',
  THRESHOLD_NOT_MET: 'Have it signed by more of the keys of the trust file (`littoral bundle --key` once for each).',
  PAYLOAD_TYPE: 'Something else was signed with this key, not a bundle. Do not run it, and ask who made it.',
  STATEMENT_INVALID: 'It was signed for another tool or by another version. Make it anew with the `littoral bundle` of this version.',
  DIGEST_MISMATCH: 'The contents are not those that were signed. Do not run it; take the file again from where it was made.',
  PIPELINE_MISMATCH: 'Give the bundle to the agent that runs this pipeline, or start another agent with a data folder of its own.',
  TARGET_MISMATCH: 'Give it to a machine with a label that fits, or bundle it with `--target` for this one.',
  AGENT_TOO_OLD: 'Update the agent on this machine first.',
  NOT_YET_VALID: 'Wait, or set the clock of this machine right.',
  EXPIRED: 'Bundle it again with a later `--expires` and a higher `--release`; set the clock of this machine right.',
  RELEASE_NOT_NEWER: 'Bundle it again with a higher `--release`; that is also how one goes back to older contents.',
  MANIFEST_INVALID: 'Make it anew with `littoral bundle`; when it came from there, report a bug.',
  MANIFEST_MISMATCH: 'Do not run it: what was signed is not what it says. Make it anew with `littoral bundle`.',
  FILE_SET_MISMATCH: 'Do not run it: files were added or taken away. Make it anew with `littoral bundle`.',
  FILE_DIGEST_MISMATCH: 'Do not run it: a file was exchanged. Make it anew with `littoral bundle`.'
};
