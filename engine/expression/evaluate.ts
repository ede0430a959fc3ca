import type { Batch, Column } from '../batch/batch';
import { Dictionary } from '../batch/batch';
import { assert } from '../error';
import type { DataType, Schema } from '../schema/schema';
import type { Expression } from './ast';
import { blocksOf } from './blocks';
import { typeExpression } from './check';
import { prepareBool } from './prepare-bool';
import { prepareInt32 } from './prepare-int32';
import { prepareInt64 } from './prepare-int64';
import { prepareNumber } from './prepare-number';
import { prepareText } from './prepare-text';
import type { Typed } from './typed';
import type { Block, PreparedNode, Vector } from './vector';
import { oneRow } from './vector';

/**
 * An expression made ready for batches of one schema. Computed in blocks of rows that stay in the nearest cache, by plain
 * loops over typed arrays: no code is generated, and nothing but the result is allocated.
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
      return materialised(prepareBool(typed), rowCount => new Uint8Array(rowCount), (values, validity) => ({ kind: 'bool', values, validity }));
    case 'int32':
      return materialised(prepareInt32(typed), rowCount => new Int32Array(rowCount), (values, validity) => ({ kind: 'int32', values, validity }));
    case 'int64':
      return materialised(prepareInt64(typed), rowCount => new BigInt64Array(rowCount), (values, validity) => ({ kind: 'int64', values, validity }));
    case 'timestampMs':
      return materialised(prepareNumber(typed), rowCount => new Float64Array(rowCount), (values, validity) => ({ kind: 'timestampMs', values, validity }));
    case 'utf8':
      return textEvaluator(typed);
    default:
      return materialised(prepareNumber(typed), rowCount => new Float64Array(rowCount), (values, validity) => ({ kind: 'float64', values, validity }));
  }
}

interface Materialisable<Values> {
  set(values: Values, offset?: number): void;
  subarray(start: number, end: number): Values;
}

/** Runs a node block by block into a new column; a constant becomes a full column. */
function materialised<Values extends Materialisable<Values>>(node: PreparedNode<Vector<Values>>, allocate: (rowCount: number) => Values, make: (values: Values, validity: Uint8Array | null) => Column): (batch: Batch) => Column {
  return batch => {
    const { rowCount } = batch;
    const values = allocate(rowCount);
    const validity = new ValidityColumn(rowCount);
    if (node.mask === 0) {
      const constant = node.run(oneRow);
      repeat(constant.values, values);
      return make(values, constant.validity === null ? null : new Uint8Array(rowCount).fill(constant.validity[0]!));
    }
    for (const block of blocksOf(batch)) {
      const into = values.subarray(block.from, block.from + block.count);
      const result = node.run(block, into);
      if (result.values !== into) into.set(result.values.subarray(0, block.count));
      validity.put(block, result.validity);
    }
    return make(values, validity.built);
  };
}

/** Fills `into` with the first of `values`. */
function repeat<Values>(values: Values, into: Values): void {
  if (into instanceof BigInt64Array && values instanceof BigInt64Array) into.fill(values[0]!);
  else if (into instanceof Float64Array && values instanceof Float64Array) into.fill(values[0]!);
  else if (into instanceof Int32Array && values instanceof Int32Array) into.fill(values[0]!);
  else if (into instanceof Uint8Array && values instanceof Uint8Array) into.fill(values[0]!);
  else assert(false, 'a prepared node holds a typed array');
}

/** Validity of a column under construction; null as long as no row is missing. */
class ValidityColumn {
  built: Uint8Array | null = null;

  constructor(private readonly rowCount: number) {}

  put({ from, count }: Block, validity: Uint8Array | null): void {
    if (validity === null) return;
    this.built ??= new Uint8Array(this.rowCount).fill(1);
    this.built.set(validity.subarray(0, count), from);
  }
}

function textEvaluator(typed: Typed): (batch: Batch) => Column {
  const node = prepareText(typed);
  return batch => {
    const { rowCount } = batch;
    const codes = new Int32Array(rowCount);
    if (node.mask === 0) {
      const { values, validity, dictionary } = node.run(oneRow);
      const own = new Dictionary();
      codes.fill(own.encode(dictionary.values[values[0] ?? 0] ?? ''));
      return { kind: 'utf8', codes, dictionary: own, validity: validity === null ? null : new Uint8Array(rowCount) };
    }
    const validity = new ValidityColumn(rowCount);
    let dictionary: Dictionary | null = null;
    for (const block of blocksOf(batch)) {
      const result = node.run(block);
      codes.set(result.values.subarray(0, block.count), block.from);
      validity.put(block, result.validity);
      dictionary = result.dictionary;
    }
    return { kind: 'utf8', codes, dictionary: dictionary ?? new Dictionary(), validity: validity.built };
  };
}
