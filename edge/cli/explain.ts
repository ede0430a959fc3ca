import type { Explanation } from '../../engine/explain/explanation';
import { explainRecord } from '../host/explain';
import { loadRunnable } from '../host/load-runnable';
import { nameRecording } from '../host/recording-file';
import { UsageError } from './verb';
import type { Verb } from './verb';
import { instantWords } from './words';

/** `littoral explain`: what became of one record. */
export const explain: Verb = {
  name: 'explain',
  operands: '<pipeline> --input REC --record N',
  operandCount: { min: 1, max: 1 },
  summary: 'tell what became of one record: its windows, the watermark, why it was dropped',
  details: `Replays the recording up to line N (counted from 0, as "at" in rows out), takes that line alone, and goes on to the end to see
which rows it had a part in.`,
  options: [
    { name: 'input', value: 'REC', required: true, doc: 'the recording, *.recording.ndjson, gzip or not' },
    { name: 'record', value: 'N', required: true, doc: '0-based line of the recording' }
  ],
  example: 'littoral explain test/edge/cli/fixtures/pumps.pipeline.ts --input test/edge/cli/fixtures/pumps.recording.ndjson --record 153',
  async run(call) {
    const line = call.wholeNumber('record', 0);
    if (line === undefined) throw new UsageError('littoral explain: --record N is missing; see `littoral explain --help`');
    const runnable = await loadRunnable(call.operand(0));
    const input = call.required('input');
    const explanation = await explainRecord(runnable, input, line).catch((error: unknown) => {
      throw nameRecording(error, input);
    });
    const verdict = verdictOf(explanation);
    return { ok: true, document: { verdict, ...explanation }, words: [...explanationWords(explanation), verdict] };
  }
};

function explanationWords(explanation: Explanation): string[] {
  const { line, arrivalTimeMs, topic, sources, watermarkBeforeMs, watermarkAfterMs, heldBy, path, windows, results } = explanation;
  const rows = sources.flatMap(source => source.rows.map(({ eventTimeMs, row }) => `${source.source}:  event time ${instantWords(eventTimeMs)}  ${JSON.stringify(row)}`));
  const touched = path.filter(step => step.rowsIn + step.deadLetters > 0);
  return [
    `line ${line}:  arrived ${instantWords(arrivalTimeMs)}${topic === null ? '' : `  ${topic}`}`,
    ...rows,
    `watermark:  ${instantWords(watermarkBeforeMs)} before it, ${instantWords(watermarkAfterMs)} after it`,
    ...heldBy.map(holderWords),
    ...windows.map(window => `window:  "${window.node}" [${instantWords(window.startMs)}, ${instantWords(window.endMs)})`),
    ...touched.map(step => `operator:  "${step.node}" ${fateWords(step)}`),
    ...results.map(result => `row out:  at line ${result.at}, sink "${result.sink}"  ${JSON.stringify(result.row)}`)
  ];
}

function holderWords({ source, topic, eventTimeMs, at, idle }: Explanation['heldBy'][number]): string {
  const who = topic === '' ? `"${source}"` : `"${source}", topic ${topic}`;
  const line = Number.isNaN(at) ? '' : ` (line ${at})`;
  return `held by:  ${who}, whose newest record is of ${instantWords(eventTimeMs)}${line}${idle.length === 0 ? '' : `; idle: ${idle.join(', ')}`}`;
}

function fateWords(step: Explanation['path'][number]): string {
  const fates = [
    [step.filtered, 'filtered out'],
    [step.late, 'late'],
    [step.inGap, 'in a gap'],
    [step.dropped, 'dropped on purpose'],
    [step.deadLetters, 'to the dead letters']
  ] as const;
  const told = fates.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return `took ${step.rowsIn}${told.length === 0 ? '' : `: ${told.join(', ')}`}`;
}

/** In a sentence or two: what became of the record, in each branch of the pipeline. */
function verdictOf(explanation: Explanation): string {
  const { kind, sources, drops, deadLetters, path, windows, results } = explanation;
  if (kind === 'tick') return 'An idle tick: time passed, no record.';
  if (sources.length === 0 && deadLetters.length === 0) return 'No source of the plan takes its topic.';
  const lost = [...deadLetters.map(letter => `It went to the dead letters of "${letter.node}" with ${letter.code}: ${letter.message}.`), ...drops.filter(drop => drop.reason !== 'filtered').map(dropWords), ...path.filter(step => step.filtered > 0).map(step => `It was filtered out by "${step.node}".`)];
  const [released] = results;
  if (released === undefined && lost.length > 0) return lost.join(' ');
  const where = windows.length === 0 ? 'It passed' : `It was counted in ${windows.length === 1 ? 'its window' : `${windows.length} windows`}`;
  return [released === undefined ? `${where}; none of its results reached a sink.` : `${where}; the first row it had a part in left at line ${released.at}.`, ...lost].join(' ');
}

function dropWords(drop: Explanation['drops'][number]): string {
  if (drop.reason !== 'late') return `It was dropped by "${drop.node}"${drop.reason === 'gap' ? ', between two windows' : ' on purpose'}.`;
  const over = drop.windowEndMs === null ? '' : ` by ${drop.watermarkMs - (drop.windowEndMs - 1)} ms`;
  const ended = drop.windowEndMs === null ? '' : `its window ended at ${instantWords(drop.windowEndMs)}, `;
  return `It was late for "${drop.node}"${over}: ${ended}the watermark stood at ${instantWords(drop.watermarkMs)}.`;
}
