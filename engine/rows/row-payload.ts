import type { Batch } from '../batch/batch';
import { valueAt } from '../batch/value';
import { encoderOf } from '../codec/encoder-of';
import { encodeUtf8 } from '../codec/utf8';
import type { DecoderConfig } from '../plan/decoder-config';
import type { Schema } from '../schema/schema';
import { rowText } from './cell-text';

/** The message that one row of a batch becomes. */
export type RowPayload = (batch: Batch, row: number) => Uint8Array;

/** What a sink publishes of rows of `schema`: JSON as in contract.md § Rows out, or the format that it names. */
export function rowPayload(encoder: DecoderConfig | undefined, schema: Schema, compress?: (bytes: Uint8Array) => Uint8Array): RowPayload {
  const plain = plainPayload(encoder, schema);
  return compress === undefined ? plain : (batch, row) => compress(plain(batch, row));
}

function plainPayload(encoder: DecoderConfig | undefined, schema: Schema): RowPayload {
  if (encoder === undefined) return (batch, row) => encodeUtf8(rowText(batch, row));
  const encode = encoderOf(encoder, schema);
  return (batch, row) => encode(batch.columns.map(column => valueAt(column, row)));
}
