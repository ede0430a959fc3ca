import type { Batch } from '../batch/batch';
import { cellValue } from './cell-text';
import { LittoralError } from '../error';
import { fieldIndex, type Schema } from '../schema/schema';

const UNSAFE = /[+#/%\0]/g;

/**
 * The topic of each row from a template with `{column}` placeholders. Characters of a value that mean something in a topic
 * (`/`, `+`, `#`, NUL, `%`) are percent-encoded, so that a value never changes the levels of the topic; null is `null`.
 */
export function prepareTopic(template: string, schema: Schema): (batch: Batch, row: number) => string {
  const parts = template.split(/\{([^}]*)\}/);
  const columns = parts.map((part, index) => {
    if (index % 2 === 0) return -1;
    const column = fieldIndex(schema, part);
    if (column < 0) {
      throw new LittoralError('NO_COLUMN', `topic "${template}": no column "${part}"; the rows have ${schema.fields.map(field => `"${field.name}"`).join(', ')}. Correct the topic of the sink.`);
    }
    return column;
  });
  if (parts.length === 1) return () => template;
  return (batch, row) => {
    let topic = '';
    for (const [index, part] of parts.entries()) {
      const column = batch.columns[columns[index] ?? -1];
      topic += column === undefined ? part : String(cellValue(column, row)).replace(UNSAFE, encodeURIComponent);
    }
    return topic;
  };
}
