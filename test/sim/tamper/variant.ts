import type { RefusalReason } from '../../../engine/bundle/refusal';
import type { Trust } from '../../../engine/bundle/trust';
import type { VerifyContext } from '../../../engine/bundle/verify-bundle';
import type { Subject } from './subject';

/** Attacks by the names of TUF 1.0 (§1.5.2) and Uptane, and what else a plant meets. */
export type Threat =
  | 'arbitrary installation'
  | 'rollback'
  | 'freeze'
  | 'fast-forward'
  | 'mix-and-match'
  | 'endless data'
  | 'key compromise'
  | 'wrong device'
  | 'malformed archive'
  | 'zip slip'
  | 'damage';

/** One way to tamper with a bundle. */
export interface Variant {
  readonly name: string;
  readonly threat: Threat;
  readonly expected: RefusalReason;
  readonly bytes: Uint8Array;
  /** What differs from the machine of the subject. */
  readonly context?: Partial<VerifyContext>;
  readonly trust?: Trust;
}

/** Makes the variants of one kind. */
export type MakeVariants = (subject: Subject) => Promise<readonly Variant[]>;
