import { encodeBase64 } from '../../engine/codec/base64';
import type { DefinedColumns } from '../../engine/schema/defined-columns';
import { columnsOfAvro, columnsOfProtobuf } from '../../engine/schema/defined-columns';
import { inferSchema } from '../../engine/schema/infer';
import type { SchemaGuess } from '../../engine/schema/infer';
import { printSchema } from '../../engine/schema/print-typescript';
import { typeName } from '../../engine/schema/schema';
import { LittoralError } from '../../engine/error';
import { checkSchema } from '../host/check-schema';
import type { SchemaCheck } from '../host/check-schema';
import { readFileBytes, readFileText } from '../host/files';
import { loadPipeline } from '../host/load-pipeline';
import { samplePayloads } from '../host/sample-payloads';
import type { SampleFormat } from '../../engine/schema/sample-format';
import { checkVersions } from './schema-versions';
import { UsageError } from './verb';
import type { Call, Outcome, Verb } from './verb';
import { grouped, tableWords } from './words';

const SAMPLES_DEFAULT = 1_000;
const FORMATS = ['json', 'messagePack', 'cbor', 'csv'] as const;

/** `littoral schema infer` and `littoral schema check`. */
export const schema: Verb = {
  name: 'schema',
  operands: 'infer <recording | x.avsc | x.desc> | check <pipeline> --input REC | check OLD NEW',
  operandCount: { min: 2, max: 3 },
  summary: 'infer a schema from a recording, check a recording against a pipeline’s, or two versions of a schema',
  details: `infer: looks at the payloads of a recording, or into an Avro schema or a Protobuf descriptor, and prints the schema as a declaration for a pipeline file.
check: decodes every message of a recording under the schema of the pipeline’s source; the answer is no when one is refused.
check OLD NEW: says what differs between two versions of a schema, and whether they go together. Each is a schema as JSON, an Avro
schema (.avsc), a pipeline or a Plan.`,
  options: [
    { name: 'topic', value: 'FILTER', doc: 'infer: only messages whose topic matches; default: all (#)' },
    { name: 'samples', value: 'N', doc: `infer: payloads to look at; default ${SAMPLES_DEFAULT}` },
    { name: 'format', value: 'NAME', doc: `infer: ${FORMATS.join(', ')}; default json` },
    { name: 'message', value: 'NAME', doc: 'infer x.desc: full name of the Protobuf message' },
    { name: 'rows', value: 'FIELD', doc: 'infer x.desc: the repeated field whose elements are rows' },
    { name: 'delimiter', value: 'C', doc: 'infer: character between the fields of csv; default ,' },
    { name: 'input', value: 'REC', doc: 'check: the recording' },
    { name: 'mode', value: 'MODE', doc: 'check OLD NEW: backward (new readers, old data), forward or full; default backward' }
  ],
  example: 'littoral schema infer test/edge/cli/fixtures/pumps.recording.ndjson --topic "site/+/pump"',
  async run(call) {
    const [action, operand] = [call.operand(0), call.operand(1)];
    const newer = call.operands[2];
    if (action === 'check' && newer !== undefined) return checkVersions(call, operand, newer);
    if (newer !== undefined) throw new UsageError('littoral schema infer: one recording is expected; see `littoral schema --help`');
    if (action === 'infer') return infer(call, operand);
    if (action === 'check') return check(call, operand);
    throw new UsageError(`littoral schema: "${action}" is neither infer nor check; see \`littoral schema --help\``);
  }
};

async function infer(call: Call, path: string): Promise<Outcome> {
  if (/\.avsc$/i.test(path)) return definedOutcome(columnsOfAvro(await readFileText(path, 'pipeline')));
  if (/\.desc$/i.test(path)) return definedOutcome(columnsOfProtobuf({ ...descriptorOptions(call), descriptor: encodeBase64(await readFileBytes(path, 'pipeline')) }));
  const filter = call.text('topic') ?? '#';
  const samplesMax = call.wholeNumber('samples', 1) ?? SAMPLES_DEFAULT;
  const payloads = await samplePayloads(path, filter, samplesMax);
  if (payloads.length === 0) {
    throw new LittoralError('NO_MESSAGES', `recording "${path}": no message has a topic that matches "${filter}"; at least one was expected. See its topics with \`littoral inspect\`.`);
  }
  const guess = inferSchema(payloads, formatOf(call));
  return { ok: guess.samples > 0, document: inferDocument(guess), words: inferWords(guess) };
}

function descriptorOptions(call: Call): { readonly message: string; readonly rows?: string } {
  const message = call.text('message');
  const rows = call.text('rows');
  if (message === undefined) throw new UsageError('littoral schema infer: --message NAME is missing; a descriptor holds several messages');
  return rows === undefined ? { message } : { message, rows };
}

function definedOutcome({ schema, eventTime, skipped }: DefinedColumns): Outcome {
  const words = [printSchema('Row', schema), `// event time: ${eventTime ?? 'no column says that it is one'}`, ...skipped.map(field => `// skipped "${field.name}": ${field.reason}`)];
  return { ok: schema.fields.length > 0, document: { ok: schema.fields.length > 0, schema, eventTime, skipped }, words };
}

function formatOf(call: Call): SampleFormat {
  const format = FORMATS.find(each => each === (call.text('format') ?? 'json'));
  if (format === undefined) throw new UsageError(`littoral schema infer: --format is "${call.text('format')}"; it is one of ${FORMATS.join(', ')}`);
  const delimiter = call.text('delimiter');
  return format === 'csv' && delimiter !== undefined ? { format, delimiter } : { format };
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
    ...Object.entries(check.unknownKeys).map(([name, count]) => `      key "${name}" is not in the schema (seen ${grouped(count)} times)`),
    ...Object.entries(check.drift).flatMap(([name, count]) => (name.startsWith('unknown:') ? [] : [`      drift ${name}: ${grouped(count)} times`]))
  ];
}
