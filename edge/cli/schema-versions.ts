import { canReadAvro } from '../../engine/codec/avro-compatibility';
import type { AvroType } from '../../engine/codec/avro-schema';
import { parseAvroSchema } from '../../engine/codec/avro-schema';
import { DecodeProblem } from '../../engine/codec/decode-problem';
import { LittoralError } from '../../engine/error';
import { parseSchema } from '../../engine/plan/parse-schema';
import type { CompatibilityMode } from '../../engine/schema/compatibility';
import { changeText, checkCompatibility, COMPATIBILITY_MODES } from '../../engine/schema/compatibility';
import type { Schema } from '../../engine/schema/schema';
import { readFileText } from '../host/files';
import { loadPipeline } from '../host/load-pipeline';
import type { Call, Outcome } from './verb';
import { UsageError } from './verb';

/** A version of a schema as the command line names it. */
type Version = { readonly kind: 'columns'; readonly schema: Schema } | { readonly kind: 'avro'; readonly type: AvroType };

/** `littoral schema check OLD NEW`: whether two versions of a schema go together. */
export async function checkVersions(call: Call, before: string, after: string): Promise<Outcome> {
  const mode = modeOf(call.text('mode') ?? 'backward');
  const [old, now] = [await loadVersion(before), await loadVersion(after)];
  if (old.kind === 'avro' && now.kind === 'avro') return avroOutcome(old.type, now.type, mode);
  if (old.kind === 'avro' || now.kind === 'avro') throw new LittoralError('SCHEMA_KIND', `"${before}" and "${after}": one is an Avro schema, the other is not. Give two versions of the same kind.`);
  const check = checkCompatibility(old.schema, now.schema, mode);
  return {
    ok: check.compatible,
    document: { ok: check.compatible, ...check },
    words: [verdict(check.compatible, mode), ...check.changes.map(change => `  ${changeText(change)}`), ...check.reasons.map(reason => `  ${reason}`)]
  };
}

function avroOutcome(before: AvroType, after: AvroType, mode: CompatibilityMode): Outcome {
  const reasons = [
    ...(mode !== 'forward' && !canReadAvro(before, after) ? ['backward: the new schema cannot read everything that was written under the old one'] : []),
    ...(mode !== 'backward' && !canReadAvro(after, before) ? ['forward: the old schema cannot read everything that is written under the new one'] : [])
  ];
  const ok = reasons.length === 0;
  return { ok, document: { ok, compatible: ok, mode, reasons }, words: [verdict(ok, mode), ...reasons.map(reason => `  ${reason}`)] };
}

function verdict(ok: boolean, mode: CompatibilityMode): string {
  return `${ok ? 'ok  ' : 'FAIL'}  the two versions are ${ok ? '' : 'not '}${mode === 'full' ? 'fully' : mode} compatible`;
}

function modeOf(text: string): CompatibilityMode {
  const mode = COMPATIBILITY_MODES.find(each => each === text);
  if (mode === undefined) throw new UsageError(`littoral schema check: --mode is "${text}"; it is one of ${COMPATIBILITY_MODES.join(', ')}`);
  return mode;
}

/** A schema as JSON (`{ "fields": … }` or the document of `schema infer --json`), an Avro schema, or that of a pipeline's only source. */
async function loadVersion(path: string): Promise<Version> {
  if (/\.(?:json|avsc)$/i.test(path)) {
    const text = await readFileText(path, 'pipeline');
    const json = jsonOf(text, path);
    if (/\.avsc$/i.test(path) || 'type' in json) return { kind: 'avro', type: avroOf(text, path) };
    if (!('littoralPlan' in json)) return { kind: 'columns', schema: parseSchema('schema' in json ? json.schema : json, path) };
  }
  const { plan } = await loadPipeline(path);
  const sources = plan.nodes.flatMap(node => (node.op === 'source' ? [node] : []));
  const [source] = sources;
  if (source === undefined || sources.length > 1) throw new LittoralError('SCHEMA_KIND', `pipeline "${path}" has ${sources.length} sources; a schema is that of the only one. Give the schemas as JSON files.`);
  return { kind: 'columns', schema: source.config.schema };
}

function jsonOf(text: string, path: string): object {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json;
  } catch (cause) {
    throw new LittoralError('SCHEMA_SYNTAX', `"${path}" is no JSON: ${cause instanceof Error ? cause.message : String(cause)}. Give a schema, a pipeline or a Plan.`, { cause });
  }
  throw new LittoralError('SCHEMA_SYNTAX', `"${path}" holds neither an object nor a list; a schema as JSON was expected.`);
}

function avroOf(text: string, path: string): AvroType {
  try {
    return parseAvroSchema(text);
  } catch (problem) {
    if (problem instanceof DecodeProblem) throw new LittoralError('SCHEMA_SYNTAX', `"${path}": ${problem.message}.`);
    throw problem;
  }
}
