import type { Batch, Column } from '../batch/batch';
import { Dictionary } from '../batch/batch';
import { assert } from '../error';
import type { DataType, Schema } from '../schema/schema';
import type { Expression } from './ast';
import { typeExpression } from './check';
import { prepareBool } from './prepare-bool';
import { prepareInt32 } from './prepare-int32';
import { prepareInt64 } from './prepare-int64';
import { prepareNumber } from './prepare-number';
import { prepareText } from './prepare-text';
import type { Typed } from './typed';
import type { PreparedNode, Vector } from './vector';

/**
 * An expression made ready for batches of one schema. Computed column by column with plain loops over typed arrays;
 * bounded by the batch: no code is generated and nothing is allocated per row.
 */
export interface PreparedExpression {
  readonly type: DataType;
  readonly nullable: boolean;
  /** One value per row of `batch`; a lone column is passed on as it is, without copying. */
  evaluate(batch: Batch): Column;
}

/** `expression` checked against `schema` and prepared; errors as `checkExpression`, with `expression` as their path. */
export function prepareExpression(expression: Expression, schema: Schema, path = 'expression'): PreparedExpression {
  const typed = typeExpression(expression, schema, path);
  return { type: typed.type, nullable: typed.nullable, evaluate: evaluator(typed) };
}

function evaluator(typed: Typed): (batch: Batch) => Column {
  if (typed.kind === 'column') {
    return batch => {
      const column = batch.columns[typed.index];
      assert(column !== undefined, `the batch has column ${typed.index}`);
      return column;
    };
  }
  switch (typed.type) {
    case 'bool':
      return materialised(prepareBool(typed), (values, validity) => ({ kind: 'bool', values, validity }));
    case 'int32':
      return materialised(prepareInt32(typed), (values, validity) => ({ kind: 'int32', values, validity }));
    case 'int64':
      return materialised(prepareInt64(typed), (values, validity) => ({ kind: 'int64', values, validity }));
    case 'timestampMs':
      return materialised(prepareNumber(typed), (values, validity) => ({ kind: 'timestampMs', values, validity }));
    case 'utf8':
      return textEvaluator(typed);
    default:
      return materialised(prepareNumber(typed), (values, validity) => ({ kind: 'float64', values, validity }));
  }
}

interface Materialisable<Values> {
  slice(start: number, end: number): Values;
  readonly length: number;
}

/** Copies a node's values out of its buffers; a constant becomes a full column. */
function materialised<Values extends Materialisable<Values>>(node: PreparedNode<Vector<Values>>, make: (values: Values, validity: Uint8Array | null) => Column): (batch: Batch) => Column {
  return batch => {
    const { values, validity } = node.run(batch);
    if (node.mask === 0) return make(repeated(values, batch.rowCount), validity === null ? null : new Uint8Array(batch.rowCount).fill(validity[0] ?? 0));
    return make(values.slice(0, batch.rowCount), validity === null ? null : validity.slice(0, batch.rowCount));
  };
}

function repeated<Values>(values: Values, rowCount: number): Values {
  if (values instanceof Float64Array) return new Float64Array(rowCount).fill(values[0] ?? 0) as Values;
  if (values instanceof BigInt64Array) return new BigInt64Array(rowCount).fill(values[0] ?? 0n) as Values;
  if (values instanceof Int32Array) return new Int32Array(rowCount).fill(values[0] ?? 0) as Values;
  assert(values instanceof Uint8Array, 'a prepared node holds a typed array');
  return new Uint8Array(rowCount).fill(values[0] ?? 0) as Values;
}

function textEvaluator(typed: Typed): (batch: Batch) => Column {
  const node = prepareText(typed);
  return batch => {
    const { values, validity, dictionary } = node.run(batch);
    if (node.mask !== 0) return { kind: 'utf8', codes: values.slice(0, batch.rowCount), dictionary, validity: validity === null ? null : validity.slice(0, batch.rowCount) };
    const own = new Dictionary();
    const code = own.encode(dictionary.values[values[0] ?? 0] ?? '');
    return { kind: 'utf8', codes: new Int32Array(batch.rowCount).fill(code), dictionary: own, validity: validity === null ? null : new Uint8Array(batch.rowCount) };
  };
}
