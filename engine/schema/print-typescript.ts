import type { Field, Schema } from './schema';
import { isList } from './schema';

/** `schema` as a declaration in the fluent API, one column a line: `const Vibration = schema({ device: utf8(), x: list('float64') });`. */
export function printSchema(name: string, schema: Schema): string {
  const columns = schema.fields.map(field => `  ${keyText(field.name)}: ${printColumn(field)}`);
  return `const ${name} = schema({\n${columns.join(',\n')}\n});`;
}

/** The functions of the fluent API that `printSchema` uses, in order of the alphabet: `list`, `schema`, `utf8`. */
export function schemaImports(schema: Schema): readonly string[] {
  return [...new Set(['schema', ...schema.fields.map(({ type }) => (isList(type) ? 'list' : type))])].sort();
}

function printColumn({ type, nullable, unit }: Field): string {
  const size = isList(type) && type.size !== undefined ? [`size: ${type.size}`] : [];
  const entries = [...size, ...(nullable ? ['nullable: true'] : []), ...(unit === undefined ? [] : [`unit: ${quoteText(unit)}`])];
  const options = entries.length === 0 ? [] : [`{ ${entries.join(', ')} }`];
  return isList(type) ? `list(${[quoteText(type.list), ...options].join(', ')})` : `${type}(${options.join('')})`;
}

/** `text` as a TypeScript literal in single quotes. */
export function quoteText(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${escaped.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')}'`;
}

function keyText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && name !== '__proto__' ? name : name === '__proto__' ? "['__proto__']" : quoteText(name);
}
