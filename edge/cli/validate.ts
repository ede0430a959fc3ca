import type { RowOut } from '../../engine/api/host';
import { parseRowsOut } from '../../engine/rows/parse-rows';
import { LittoralError } from '../../engine/error';
import { readFileBytes, unpackGzip, writeWholeFile } from '../host/files';
import { loadRunnable } from '../host/load-runnable';
import { nameRecording, recordingPieces } from '../host/recording-file';
import { validateHere } from '../host/validate';
import { jsonText } from './json-text';
import { validationWords } from './report-words';
import type { Verb } from './verb';

/** `littoral validate`: is the pipeline right on this recording? */
export const validate: Verb = {
  name: 'validate',
  operands: '<pipeline> --input REC --expect FILE',
  operandCount: { min: 1, max: 1 },
  summary: 'check a pipeline on a recording: expected rows, determinism, accounting, service level',
  details: `Replays the recording twice. The answer is no when the two differ, a record is unaccounted for, a row differs from the
expected ones or a goal of the pipeline's SLO is missed. Without --expect the expected rows are not checked.`,
  options: [
    { name: 'input', value: 'REC', required: true, doc: 'the recording, *.recording.ndjson, gzip or not' },
    { name: 'expect', value: 'FILE', doc: 'the expected rows, *.rows.ndjson' },
    { name: 'report', value: 'FILE', doc: 'write the validation report to a file' }
  ],
  example: 'littoral validate test/edge/cli/fixtures/pumps.pipeline.ts --input test/edge/cli/fixtures/pumps.recording.ndjson --expect test/edge/cli/fixtures/pumps.rows.ndjson',
  async run(call) {
    const runnable = await loadRunnable(call.operand(0));
    const input = call.required('input');
    const expectFile = call.text('expect');
    const expect = expectFile === undefined ? undefined : await readExpectedRows(expectFile);
    const validation = await validateHere(runnable, () => recordingPieces(input), {
      expect,
      progress: replay => call.terminal.progress(`replay ${replay} of 2`)
    }).catch((error: unknown) => {
      throw nameRecording(error, input);
    });
    const reportFile = call.text('report');
    if (reportFile !== undefined) await writeWholeFile(reportFile, jsonText(validation));
    return { ok: validation.ok, document: validation, words: validationWords(validation) };
  }
};

/** The rows of an expected-rows file; errors name the file and its line. */
export async function readExpectedRows(path: string): Promise<readonly RowOut[]> {
  const bytes = await unpackGzip(await readFileBytes(path, 'rows'), path, 'rows');
  try {
    return parseRowsOut(bytes);
  } catch (error) {
    if (error instanceof LittoralError) throw new LittoralError(error.code, error.message.replace(/^rows file,/, `rows file "${path}",`), { details: { ...error.details }, cause: error });
    throw error;
  }
}
