import type { Batch, Column } from '../batch/batch';
import { nullColumn } from '../batch/empty';
import { gatherBatch } from '../batch/gather';
import { encodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import type { StreamType } from '../operator/operator';
import type { Plan } from '../plan/plan';
import { cellText } from '../rows/cell-text';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import type { FieldPlace } from './field-frame';
import { fieldPlaintext } from './field-plaintext';

/** What a host can do for encrypted columns: it has the keys, and randomness. */
export interface FieldSealer {
  /** What encrypts the values of a column under the key that `keyRef` names; null when that is not there. */
  column(keyRef: string, column: Pick<FieldPlace, 'pipelineId' | 'fieldPath'>): SealValue | null;
  /** What makes tokens of values under the token key that `keyRef` names: HMAC-SHA-256 of the plaintext alone, 32 bytes; null when that is not there. */
  token(keyRef: string): ((plaintext: Uint8Array) => Uint8Array) | null;
}
/** The encrypted field of one value, under an initialisation vector of its own. */
export type SealValue = (recordKey: Uint8Array, plaintext: Uint8Array) => Uint8Array;

export interface SealedBatch {
  /** Rows whose fields are all encrypted; their columns are binary. */
  readonly batch: Batch;
  /** Rows whose key is not there, with null in place of what must not be seen. */
  readonly refused: Batch;
}

/** The columns of rows after the host has encrypted them: binary, with the type that they had as a tag. */
export function sealedSchema(schema: Schema): Schema {
  return { fields: schema.fields.map(field => (isEncrypted(field) ? { ...field, type: 'binary' as const, tags: { ...field.tags, plaintextType: field.type } } : field)) };
}

export function isEncrypted(field: Field): boolean {
  return field.tags?.encryption !== undefined;
}

/** Throws `ENCRYPTION_UNAVAILABLE` when a sink of `plan` gets a column that must be encrypted, for hosts that have no keys. */
export function refusePlaintext(plan: Plan, types: ReadonlyMap<string, StreamType>): void {
  for (const node of plan.nodes) {
    const field = node.op === 'sink' ? types.get(node.id)?.schema.fields.find(isEncrypted) : undefined;
    if (node.op !== 'sink' || field === undefined) continue;
    throw new LittoralError('ENCRYPTION_UNAVAILABLE', `sink "${node.config.name}": column "${field.name}" leaves encrypted with key "${field.tags?.encryption}", but there are no keys here; expected a host with keys. Run the pipeline on an edge agent with --keys, or replay a recording.`);
  }
}

/** `batch` as it may leave: each value of an encrypted column is encrypted for its own pipeline, column and record. Null stays null. */
export function sealBatch(batch: Batch, type: StreamType, options: { readonly pipelineId: string; readonly sealer: FieldSealer }): SealedBatch {
  const { fields } = type.schema;
  const refused = new Uint8Array(batch.rowCount);
  const recordKeys = recordKeysOf(batch, type);
  const columns = batch.columns.map((column, index): Column => {
    const field = fields[index]!;
    const keyRef = field.tags?.encryption;
    if (keyRef === undefined) return column;
    const token = field.tags?.token === true ? options.sealer.token(keyRef) : null;
    const seal = field.tags?.token === true ? token && ((_recordKey: Uint8Array, plaintext: Uint8Array) => token(plaintext)) : options.sealer.column(keyRef, { pipelineId: options.pipelineId, fieldPath: field.name });
    const values = Array.from({ length: batch.rowCount }, (_, row) => {
      if (column.validity !== null && column.validity[row] === 0) return NOTHING;
      if (seal !== null) return seal(recordKeys[row]!, fieldPlaintext(column, row));
      refused[row] = 1;
      return NOTHING;
    });
    return { kind: 'binary', values, validity: column.validity };
  });
  const sealed: Batch = { ...batch, schema: sealedSchema(type.schema), columns };
  if (!refused.includes(1)) return { batch: sealed, refused: gatherBatch(batch, new Int32Array(0)) };
  const masked: Batch = { ...batch, columns: batch.columns.map((column, index) => (isEncrypted(fields[index]!) ? nullColumn(fields[index]!.type, batch.rowCount) : column)) };
  return { batch: gatherBatch(sealed, rowsWith(refused, 0)), refused: gatherBatch(masked, rowsWith(refused, 1)) };
}

const NOTHING = new Uint8Array(0);

/** The record key of each row: its key columns that are not encrypted themselves, as a JSON array in UTF-8; no bytes without keys. */
function recordKeysOf(batch: Batch, { schema, keys }: StreamType): readonly Uint8Array[] {
  const columns = keys.map(name => fieldIndex(schema, name)).filter(index => !isEncrypted(schema.fields[index]!));
  const known = new Map<string, Uint8Array>();
  return Array.from({ length: batch.rowCount }, (_, row) => {
    if (columns.length === 0) return NOTHING;
    const text = `[${columns.map(index => cellText(batch.columns[index]!, row)).join(',')}]`;
    const bytes = known.get(text) ?? encodeUtf8(text);
    known.set(text, bytes);
    return bytes;
  });
}

function rowsWith(marks: Uint8Array, mark: number): Int32Array {
  const rows: number[] = [];
  marks.forEach((each, row) => {
    if (each === mark) rows.push(row);
  });
  return Int32Array.from(rows);
}
