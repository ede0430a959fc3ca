import { decodeBase64, encodeBase64 } from '../../engine/codec/base64';
import type { Value } from '../../engine/batch/value';
import { plaintextValue } from '../../engine/crypto/field-plaintext';
import { isEncrypted } from '../../engine/crypto/seal-batch';
import { LittoralError } from '../../engine/error';
import type { StreamType } from '../../engine/operator/operator';
import { int64Text, numberText } from '../../engine/rows/cell-text';
import { openField } from './fields';
import type { KeyRing } from './key-ring';

export interface OpenOptions {
  /** Of the rows before they were encrypted. */
  readonly type: StreamType;
  readonly pipelineId: string;
  readonly ring: KeyRing;
}

/**
 * JSON lines as a sink with encrypted columns publishes them, with those columns in plaintext. Lines without content are left out.
 * Throws `ROW_UNREADABLE`, and the failures of `openField`, each with the number of the line.
 */
export function openRows(text: string, options: OpenOptions): string[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [openLine(line, index + 1, options)]));
}

function openLine(line: string, number: number, options: OpenOptions): string {
  try {
    return openRow(line, options);
  } catch (error) {
    if (!(error instanceof LittoralError)) throw error;
    throw new LittoralError(error.code, `line ${number}: ${error.message}`, { cause: error });
  }
}

function openRow(line: string, { type, pipelineId, ring }: OpenOptions): string {
  const row = new Map(Object.entries(parseRow(line)));
  const recordKey = recordKeyOf(row, type);
  for (const field of type.schema.fields) {
    const value = row.get(field.name);
    if (!isEncrypted(field) || field.tags?.token === true || value === null || value === undefined) continue;
    const bytes = typeof value === 'string' ? decodeBase64(value) : null;
    if (bytes === null) throw unreadable(`column "${field.name}" is not base64`);
    const keys = ring.get(field.tags?.encryption ?? '')?.keys ?? new Map<string, Uint8Array>();
    row.set(field.name, plaintextValue(field.type, openField(keys, { pipelineId, fieldPath: field.name, recordKey }, bytes)));
  }
  return `{${[...row].map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`).join(',')}}`;
}

function parseRow(line: string): object {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row;
  } catch (cause) {
    throw unreadable('it is not JSON', cause);
  }
  throw unreadable('it is no JSON object');
}

function unreadable(problem: string, cause?: unknown): LittoralError {
  return new LittoralError('ROW_UNREADABLE', `${problem}; expected a row as its sink publishes it, encrypted columns as base64. Check the file and the sink.`, { cause });
}

/** The record key as it was when the row was encrypted. */
function recordKeyOf(row: ReadonlyMap<string, unknown>, { schema, keys }: StreamType): Uint8Array {
  const open = keys.filter(name => !schema.fields.some(field => field.name === name && isEncrypted(field)));
  return open.length === 0 ? new Uint8Array(0) : Buffer.from(`[${open.map(name => textOf(row.get(name) ?? null)).join(',')}]`);
}

/** A value as rows out write it. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'bigint') return int64Text(value);
  if (value instanceof Uint8Array) return `"${encodeBase64(value)}"`;
  if (Array.isArray(value)) return `[${value.map((item: Value) => textOf(item)).join(',')}]`;
  return JSON.stringify(value);
}
