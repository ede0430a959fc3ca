import type { Batch } from '../batch/batch';
import { PlanError } from '../error';
import type { Schema } from '../schema/schema';
import { typeName } from '../schema/schema';
import type { Expression } from './ast';
import { blocksOf } from './blocks';
import { typeExpression } from './check';
import { prepareBool } from './prepare-bool';
import type { Vector } from './vector';

/** A condition made ready for batches of one schema. */
export interface PreparedCondition {
  /** Writes the rows of `batch` for which it is true, in order, and says how many; null is not true. `rows` holds at least as many as the batch. */
  trueRows(batch: Batch, rows: Int32Array): number;
}

/** `expression` checked against `schema` and prepared; errors as `checkExpression`, and `EXPRESSION_TYPE` when it is no bool. */
export function prepareCondition(expression: Expression, schema: Schema, path: string): PreparedCondition {
  const typed = typeExpression(expression, schema, path);
  if (typed.type !== 'bool') {
    throw new PlanError('EXPRESSION_TYPE', `${path}: the condition is ${typeName(typed.type)}, expected bool. Compare the value, e.g. r.x > 0.`, { details: { path } });
  }
  const node = prepareBool(typed);
  return {
    trueRows(batch, rows) {
      let count = 0;
      for (const block of blocksOf(batch)) count = appendTrue(node.run(block), node.mask, { from: block.from, rowCount: block.count, rows, count });
      return count;
    }
  };
}

interface Appending {
  readonly from: number;
  readonly rowCount: number;
  readonly rows: Int32Array;
  readonly count: number;
}

/** Without branches: which rows are true is not to be foreseen. */
function appendTrue({ values, validity }: Vector<Uint8Array>, mask: number, { from, rowCount, rows, count }: Appending): number {
  let next = count;
  if (validity === null) {
    for (let i = 0; i < rowCount; i++) {
      rows[next] = from + i;
      next += values[i & mask]!;
    }
    return next;
  }
  for (let i = 0; i < rowCount; i++) {
    rows[next] = from + i;
    next += values[i & mask]! & validity[i & mask]!;
  }
  return next;
}
