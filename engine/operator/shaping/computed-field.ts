import { columnsOf } from '../../expression/columns-of';
import type { Expression } from '../../expression/ast';
import { checkExpression } from '../../expression/check';
import type { Field, Schema } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';

/** The field of a computed column: a lone column keeps its unit, tags come from every column that is read. */
export function computedField(name: string, expression: Expression, schema: Schema, path: string): Field {
  const { type, nullable } = checkExpression(expression, schema, path);
  const unit = expression.kind === 'column' ? schema.fields[fieldIndex(schema, expression.name)]?.unit : undefined;
  const inputs = columnsOf(expression).map(column => schema.fields[fieldIndex(schema, column)]);
  return { name, type, nullable, ...(unit === undefined ? {} : { unit }), ...derivedTags(inputs) };
}
