import type { Batch } from '../batch/batch';
import { rowText } from '../batch/value';
import { encodeUtf8 } from '../codec/utf8';
import type { DeadLetter } from './operator';

/** Bytes of a payload that a dead letter keeps. */
export const LETTER_BYTES_MAX = 65_536;

/** A dead letter about one row inside the graph; the payload is the row as JSON, topic and arrival are filled in by the graph. */
export function rowLetter(node: string, batch: Batch, row: number, reason: { readonly code: string; readonly message: string }): DeadLetter {
  return letter(node, batch.at[row]!, rowText(batch, row), reason);
}

/** A dead letter about `text`, e.g. a window that could not be emitted. */
export function letter(node: string, at: number, text: string, reason: { readonly code: string; readonly message: string }): DeadLetter {
  const bytes = encodeUtf8(text);
  return {
    at,
    node,
    code: reason.code,
    message: reason.message,
    topic: '',
    arrivalTimeMs: NaN,
    bytes: bytes.slice(0, LETTER_BYTES_MAX),
    truncated: bytes.length > LETTER_BYTES_MAX
  };
}
