import { PlanError } from '../../error';
import type { Expression } from '../../expression/ast';
import type { PreparedExpression } from '../../expression/evaluate';
import { prepareExpression } from '../../expression/evaluate';
import type { Schema } from '../../schema/schema';
import { typeName } from '../../schema/schema';

/** The condition `when`, ready for batches of `schema`; PlanError `EXPRESSION_TYPE` when it is not true or false. */
export function prepareGuard(when: Expression, schema: Schema, op: string, path: string): PreparedExpression {
  const prepared = prepareExpression(when, schema, path);
  if (prepared.type === 'bool') return prepared;
  throw new PlanError('EXPRESSION_TYPE', `${op} at ${path}: the condition is ${typeName(prepared.type)}, expected bool. Compare the value, e.g. r.x > 0.`, { details: { path } });
}
