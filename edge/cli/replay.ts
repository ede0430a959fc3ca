import { nameRecording, recordingPieces } from '../host/recording-file';
import { loadRunnable } from '../host/load-runnable';
import { replayHere } from '../host/replay';
import { openRowFile } from '../host/row-file';
import { writeWholeFile } from '../host/files';
import { jsonText } from './json-text';
import { reportWords } from './report-words';
import type { Call, Verb } from './verb';
import { grouped } from './words';

/** `littoral replay`: rows and report of a recording. */
export const replay: Verb = {
  name: 'replay',
  operands: '<pipeline|bundle> --input REC',
  operandCount: { min: 1, max: 1 },
  summary: 'run a pipeline over a recording; the same rows every time, byte for byte',
  details: `Feeds a recording through the pipeline and counts what came of it. --output takes the rows (*.rows.ndjson), --report the counts.
A bundle is replayed as it is, its signature is not checked (see verify). Models are looked for beside the pipeline.`,
  options: [
    { name: 'input', value: 'REC', required: true, doc: 'the recording, *.recording.ndjson, gzip or not' },
    { name: 'output', short: 'o', value: 'ROWS', doc: 'write the rows out to a file' },
    { name: 'report', value: 'FILE', doc: 'write the report to a file' }
  ],
  example: 'littoral replay test/edge/cli/fixtures/pumps.pipeline.ts --input test/edge/cli/fixtures/pumps.recording.ndjson --output .littoral/pumps.rows.ndjson',
  async run(call) {
    const runnable = await loadRunnable(call.operand(0));
    const report = await replayToFile(call, runnable);
    const reportFile = call.text('report');
    if (reportFile !== undefined) await writeWholeFile(reportFile, jsonText(report));
    return { ok: true, document: report, words: reportWords(report) };
  }
};

async function replayToFile(call: Call, runnable: Awaited<ReturnType<typeof loadRunnable>>): Promise<Awaited<ReturnType<typeof replayHere>>['report']> {
  const input = call.required('input');
  const output = call.text('output');
  const rows = output === undefined ? null : await openRowFile(output);
  let lines = 0;
  try {
    const { report } = await replayHere(runnable, recordingPieces(input), {
      rowsMax: 0,
      onRows: text => rows?.write(text),
      async onStep(step) {
        lines += step.inputs.length;
        call.terminal.progress(`${grouped(lines)} lines`);
        await rows?.settle();
      }
    });
    await rows?.finish();
    return report;
  } catch (error) {
    await rows?.abandon();
    throw nameRecording(error, input);
  }
}
