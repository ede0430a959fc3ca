import { inferSchema } from '../../engine/schema/infer';
import type { SchemaGuess } from '../../engine/schema/infer';
import { printSchema } from '../../engine/schema/print-typescript';
import { typeName } from '../../engine/schema/schema';
import { LittoralError } from '../../engine/error';
import { checkSchema } from '../host/check-schema';
import type { SchemaCheck } from '../host/check-schema';
import { loadPipeline } from '../host/load-pipeline';
import { samplePayloads } from '../host/sample-payloads';
import { UsageError } from './verb';
import type { Call, Outcome, Verb } from './verb';
import { grouped, tableWords } from './words';

const SAMPLES_DEFAULT = 1_000;

/** `littoral schema infer` and `littoral schema check`. */
export const schema: Verb = {
  name: 'schema',
  operands: 'infer <recording> | check <pipeline> --input REC',
  operandCount: { min: 2, max: 2 },
  summary: 'infer a schema from a recording, or check a recording against a pipeline’s',
  details: `infer: looks at the payloads of a recording and prints the schema as a declaration for a pipeline file.
check: decodes every message of a recording under the schema of the pipeline’s source; the answer is no when one is refused.`,
  options: [
    { name: 'topic', value: 'FILTER', doc: 'infer: only messages whose topic matches; default: all (#)' },
    { name: 'samples', value: 'N', doc: `infer: payloads to look at; default ${SAMPLES_DEFAULT}` },
    { name: 'input', value: 'REC', doc: 'check: the recording' }
  ],
  example: 'littoral schema infer test/edge/cli/fixtures/pumps.recording.ndjson --topic "site/+/pump"',
  async run(call) {
    const [action, operand] = [call.operand(0), call.operand(1)];
    if (action === 'infer') return infer(call, operand);
    if (action === 'check') return check(call, operand);
    throw new UsageError(`littoral schema: "${action}" is neither infer nor check; see \`littoral schema --help\``);
  }
};

async function infer(call: Call, path: string): Promise<Outcome> {
  const filter = call.text('topic') ?? '#';
  const samplesMax = call.wholeNumber('samples', 1) ?? SAMPLES_DEFAULT;
  const payloads = await samplePayloads(path, filter, samplesMax);
  if (payloads.length === 0) {
    throw new LittoralError('NO_MESSAGES', `recording "${path}": no message has a topic that matches "${filter}"; at least one was expected. See its topics with \`littoral inspect\`.`);
  }
  const guess = inferSchema(payloads);
  return { ok: guess.samples > 0, document: inferDocument(guess), words: inferWords(guess) };
}

function inferDocument(guess: SchemaGuess): unknown {
  const errors = guess.errors.map(error => error.message);
  const columns = guess.columns.map((column, index) => ({ ...column, type: guess.schema.fields[index] }));
  return { ok: guess.samples > 0, schema: guess.schema, eventTime: guess.eventTime, samples: guess.samples, columns, skipped: guess.skipped, errors };
}

function inferWords(guess: SchemaGuess): string[] {
  const rows = guess.columns.map((column, index) => {
    const field = guess.schema.fields[index];
    const nulls = column.nullShare === 0 ? '' : `null ${(column.nullShare * 100).toFixed(1)} %`;
    return ['//', column.name, field === undefined ? '' : typeName(field.type), `seen in ${grouped(column.seen)} of ${grouped(guess.samples)}`, nulls, column.example];
  });
  return [
    printSchema('Row', guess.schema),
    `// event time: ${guess.eventTime ?? 'no column looks like it'}`,
    ...tableWords(rows),
    ...guess.skipped.map(column => `// skipped "${column.name}": ${column.reason}`),
    ...guess.errors.map(error => `// not a row: ${error.message}`)
  ];
}

async function check(call: Call, pipeline: string): Promise<Outcome> {
  const input = call.text('input');
  if (input === undefined) throw new UsageError('littoral schema check: --input REC is missing; see `littoral schema --help`');
  const { plan } = await loadPipeline(pipeline);
  const sources = await checkSchema(plan, input, lines => call.terminal.progress(`${grouped(lines)} lines`));
  const ok = sources.every(source => Object.keys(source.refused).length === 0);
  return { ok, document: { ok, sources }, words: sources.flatMap(checkWords) };
}

function checkWords(check: SchemaCheck): string[] {
  const refused = Object.entries(check.refused).map(([code, count]) => `${grouped(count)} ${code}`);
  return [
    `${refused.length === 0 ? 'ok  ' : 'FAIL'}  ${check.source} (${check.topic}): ${grouped(check.messages)} messages, ${grouped(check.rows)} rows, refused: ${refused.join(', ') || 'none'}`,
    ...check.examples.map(example => `      line ${example.line}, ${example.topic}: ${example.message}`),
    ...Object.entries(check.unknownKeys).map(([name, count]) => `      key "${name}" is not in the schema (seen ${grouped(count)} times)`)
  ];
}
