import type { RecordingRef } from '../../engine/api/host';
import { printSchema, quoteText, schemaImports } from '../../engine/schema/print-typescript';
import type { InferredSchema } from '../../worker/protocol';
import { suggestFilter } from './topic-tree';

/**
 * The cell that "Insert source cell" inserts: the declared schema and a source with its event time. A column that only
 * looks like the event time is the user's to check, so it stands where it is seen.
 */
export function sourceCell(source: { readonly connection: string; readonly topic: string; readonly inferred: InferredSchema }): string {
  const { inferred, topic, connection } = source;
  const name = typeNameOf(topic);
  const variable = `${name.charAt(0).toLowerCase()}${name.slice(1)}Source`;
  const eventTime = inferred.eventTime ?? inferred.schema.fields[0]?.name ?? 'eventTimeMs';
  const wider = suggestFilter(topic);
  return [
    `import { ${['mqtt', ...schemaImports(inferred.schema)].sort().join(', ')} } from 'littoral';`,
    '',
    printSchema(name, inferred.schema),
    '',
    ...(wider === topic ? [] : [`// ${quoteText(wider)} takes all of its kind.`]),
    `const ${variable} = mqtt(${quoteText(topic)}, {`,
    `  connection: ${quoteText(connection)},`,
    `  schema: ${name},`,
    `  eventTime: ${quoteText(eventTime)},`,
    '  maxOutOfOrdernessMs: 1_500',
    '});'
  ].join('\n');
}

/** The cell that replays a recording through the pipeline `p`. */
export function replayCell({ name, messages, bytes, durationMs }: RecordingRef): string {
  return [`const recording = { name: ${quoteText(name)}, messages: ${messages}, bytes: ${bytes}, durationMs: ${durationMs} };`, 'await p.replay(recording);'].join('\n');
}

/** `plant/+/vibration` → `Vibration`: the last level that is a name. */
export function typeNameOf(topic: string): string {
  const levels = topic.split('/').filter(level => /^[^+#]*[\p{L}]/u.test(level));
  const words = (levels[levels.length - 1] ?? 'source').split(/[^\p{L}\p{N}]+/u).filter(word => word !== '');
  const name = words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\p{L}/u.test(name) ? name : 'Source';
}
