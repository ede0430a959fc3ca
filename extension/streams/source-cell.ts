import { typeName } from '../../engine/schema/schema';
import type { InferredSchema } from '../../worker/protocol';

/** The cell that "Insert source cell" inserts: the declared schema and a source with its event time. */
export function sourceCell(source: { readonly connection: string; readonly topic: string; readonly inferred: InferredSchema }): string {
  const { inferred, topic, connection } = source;
  const name = typeNameOf(topic);
  const columns = inferred.schema.fields.map(field => `  ${field.name}: '${typeName(field.type)}${field.nullable ? '?' : ''}'`);
  return [
    `const ${name} = schema({`,
    columns.join(',\n'),
    '});',
    `const ${name.charAt(0).toLowerCase()}${name.slice(1)}Source = mqtt(${quote(topic)}, { connection: ${quote(connection)}, schema: ${name}, eventTime: ${quote(inferred.eventTime ?? '')}, maxOutOfOrdernessMs: 1_500 });`
  ].join('\n');
}

/** The cell that replays a recording through the pipeline `p`. */
export function replayCell(recording: string): string {
  return `await p.replay(${quote(recording)});`;
}

/** `plant/+/vibration` → `Vibration`: the last level that is a name. */
export function typeNameOf(topic: string): string {
  const levels = topic.split('/').filter(level => /^[^+#]*[\p{L}]/u.test(level));
  const words = (levels[levels.length - 1] ?? 'source').split(/[^\p{L}\p{N}]+/u).filter(word => word !== '');
  const name = words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\p{L}/u.test(name) ? name : 'Source';
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
}
