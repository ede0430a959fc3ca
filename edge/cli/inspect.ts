import { stat } from 'node:fs/promises';
import { openModel } from '../../engine/model/open-model';
import { convertRecording } from '../host/convert-recording';
import { checkLake } from '../host/lake/check-lake';
import { readFileBytes, readFileHead } from '../host/files';
import { looksLikeBundle, readUntrustedBundle } from '../host/open-bundle-file';
import { summarizeRecording } from '../host/recording-summary';
import type { RecordingSummary } from '../host/recording-summary';
import { bundleOutcome, modelOutcome } from './inspect-bundle';
import { lakeWords } from './lake';
import type { Call, Outcome, Verb } from './verb';
import { bytesWords, durationWords, grouped, instantWords, tableWords } from './words';

/** `littoral inspect`: what is in a file or a lake. */
export const inspect: Verb = {
  name: 'inspect',
  operands: '<bundle|recording|model|lake>',
  operandCount: { min: 1, max: 1 },
  summary: 'show what is in a bundle, a recording, a model or a lake',
  details: `Reads and shows; nothing is run or trusted. A recording can be converted on the way: --convert x.recording.ndjson.gz packs it,
--convert x.recording.ndjson unpacks it, the text stays the same byte for byte.`,
  options: [{ name: 'convert', value: 'FILE', doc: 'write the recording in the form that the name says' }],
  example: 'littoral inspect test/edge/cli/fixtures/pumps.recording.ndjson',
  async run(call) {
    const path = call.operand(0);
    const target = call.text('convert');
    if (target !== undefined) return convert(path, target);
    if ((await stat(path)).isDirectory()) return lakeOutcome(call, path);
    if (/\.onnx$/i.test(path)) return modelOutcome(openModel(path, await readFileBytes(path, 'model')));
    if (/\.zip$/i.test(path) || looksLikeBundle(await readFileHead(path, 4))) return bundleOutcome(readUntrustedBundle(await readFileBytes(path, 'bundle'), path));
    return recordingOutcome(call, path);
  }
};

async function convert(path: string, target: string): Promise<Outcome> {
  const counts = await convertRecording(path, target);
  return { ok: true, document: { ok: true, output: target, ...counts }, words: [`${grouped(counts.messages)} messages, ${grouped(counts.ticks)} ticks written to ${target}`] };
}

async function lakeOutcome(call: Call, path: string): Promise<Outcome> {
  const result = await checkLake(path, file => call.terminal.progress(file));
  const columns = result.tables.flatMap(table => [`${table.name}:`, ...tableWords(table.columns.map(column => [`  ${column.name}`, column.type, column.nullable ? 'nullable' : 'required']))]);
  return { ok: true, document: { kind: 'lake', ...result }, words: [...columns, ...lakeWords(result)] };
}

async function recordingOutcome(call: Call, path: string): Promise<Outcome> {
  const summary = await summarizeRecording(path, messages => call.terminal.progress(`${grouped(messages)} messages`));
  return { ok: true, document: { kind: 'recording', ...summary }, words: recordingWords(summary) };
}

function recordingWords(summary: RecordingSummary): string[] {
  const rate = summary.durationMs === 0 ? '' : `, ${((summary.messages / summary.durationMs) * 1_000).toFixed(1)}/s`;
  const from = summary.firstArrivalMs === null ? 'empty' : `${instantWords(summary.firstArrivalMs)}, ${durationWords(summary.durationMs)}`;
  const more = summary.topicCount - summary.topics.length;
  return [
    `recording:  ${from}`,
    `messages:   ${grouped(summary.messages)}${rate}, ${bytesWords(summary.payloadBytes)}; ${grouped(summary.ticks)} ticks`,
    `topics:     ${grouped(summary.topicCount)}`,
    ...tableWords(summary.topics.map(topic => [`  ${topic.topic}`, topic.messages, 'messages', bytesWords(topic.payloadBytes)])),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : [])
  ];
}
