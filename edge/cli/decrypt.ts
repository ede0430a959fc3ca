import { openRows } from '../crypto/open-rows';
import { readKeyRing } from '../crypto/read-key-ring';
import { quotedNames } from '../../engine/did-you-mean';
import { LittoralError } from '../../engine/error';
import type { Plan } from '../../engine/plan/plan';
import { resolveTypes } from '../../engine/plan/resolve-types';
import type { StreamType } from '../../engine/operator/operator';
import { readFileText } from '../host/files';
import { loadPipeline } from '../host/load-pipeline';
import type { Verb } from './verb';

/** `littoral decrypt`: the plaintext of encrypted columns. */
export const decrypt: Verb = {
  name: 'decrypt',
  operands: '<pipeline> --sink NAME --rows FILE',
  operandCount: { min: 1, max: 1 },
  summary: 'show the plaintext of encrypted columns in published rows',
  details: `Reads the JSON rows that a sink of the pipeline has published, one per line, and prints them on stdout with their encrypted
columns opened. Every value is checked: one that was changed, or moved to another row or column, ends the command.`,
  options: [
    { name: 'sink', value: 'NAME', required: true, doc: 'the sink that the rows come from' },
    { name: 'rows', value: 'FILE', required: true, doc: 'the rows, one JSON object per line; columns of lake tables as base64' },
    { name: 'keys', value: 'FILE', doc: 'the key file of the agent; without it the environment variable LITTORAL_KEYS holds the keys' }
  ],
  example: 'littoral decrypt test/edge/cli/fixtures/people.pipeline.ts --sink people --rows test/edge/cli/fixtures/people.ndjson --keys test/edge/cli/fixtures/people.keys.json',
  async run(call) {
    const { plan } = await loadPipeline(call.operand(0));
    const sink = call.required('sink');
    const ring = (await readKeyRing(call.text('keys'))) ?? new Map();
    const lines = openRows(await readFileText(call.required('rows'), 'rows'), { type: sinkType(plan, sink), pipelineId: plan.name, ring });
    return { ok: true, document: { ok: true, sink, rows: lines.length }, words: [`${lines.length} rows of sink "${sink}"`], product: lines.map(line => `${line}\n`).join('') };
  }
};

function sinkType(plan: Plan, name: string): StreamType {
  const sinks = plan.nodes.flatMap(node => (node.op === 'sink' ? [node] : []));
  const sink = sinks.find(({ config }) => config.name === name);
  const type = sink === undefined ? undefined : resolveTypes(plan).get(sink.id);
  if (type !== undefined) return type;
  throw new LittoralError('SINK_MISSING', `sink "${name}": pipeline "${plan.name}" has none of that name; it has ${quotedNames(sinks.map(({ config }) => config.name))}. Name one of them.`);
}
