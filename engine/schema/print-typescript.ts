import type { Schema } from './schema';
import { typeName } from './schema';

/**
 * `schema` as a declaration in the fluent API: `const Vibration = schema({ device: 'utf8', x: 'list<float64>?' });`,
 * one column a line, a question mark for nullable.
 */
export function printSchema(name: string, schema: Schema): string {
  const columns = schema.fields.map(field => `  ${keyText(field.name)}: ${quoteText(`${typeName(field.type)}${field.nullable ? '?' : ''}`)}`);
  return `const ${name} = schema({\n${columns.join(',\n')}\n});`;
}

/** `text` as a TypeScript literal in single quotes. */
export function quoteText(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${escaped.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')}'`;
}

function keyText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && name !== '__proto__' ? name : name === '__proto__' ? "['__proto__']" : quoteText(name);
}
