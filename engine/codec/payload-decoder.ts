import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { Schema } from '../schema/schema';
import type { DecodeFailure, DecodeLimits } from './decode-failure';
import type { RowBuilder } from './row-builder';

/**
 * Decodes the payloads of one source. A payload gives all its rows or none: when one row does not fit, `rows` is left as it
 * was and the whole message becomes one dead letter. Sparkplug alone also refuses parts (`takeRefusals`).
 */
export interface PayloadDecoder {
  /** Appends the rows of `payload` and returns their number; columns in `except` are left to the caller. */
  decode(payload: Uint8Array, rows: RowBuilder, topic: string): number | DecodeFailure;
  /** What the payloads held beside the schema's columns, in counts since the beginning, e.g. `unknown:humidity`. */
  drift(): ReadonlyMap<string, number>;
  /** Parts of the last payload that gave no row although others did; each is one dead letter. */
  takeRefusals?(): readonly DecodeFailure[];
  /** State that later payloads depend on, drift included. */
  snapshot(writer: SnapshotWriter): void;
  restore(reader: SnapshotReader): void;
}

export interface PayloadDecoderOptions {
  readonly schema: Schema;
  /** Columns that the caller fills, e.g. from the topic; a key of such a name counts as unknown. */
  readonly except?: readonly string[];
  readonly limits?: Partial<DecodeLimits>;
}
