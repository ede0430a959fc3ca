import { createHash } from 'node:crypto';
import { planToJson } from '../../engine/plan/canonical-json';
import { writeWholeFile } from '../host/files';
import { loadPipeline } from '../host/load-pipeline';
import type { Verb } from './verb';

/** `littoral plan`: a pipeline as canonical JSON. */
export const plan: Verb = {
  name: 'plan',
  operands: '<pipeline>',
  operandCount: { min: 1, max: 1 },
  summary: 'print a pipeline as its Plan',
  details: `Checks the pipeline and prints its Plan as canonical JSON on stdout: the same bytes whether it comes from a pipeline file, a
notebook or a Plan. Programs and notebooks are run for it; run, record, replay, validate and export do nothing meanwhile.`,
  options: [{ name: 'output', short: 'o', value: 'FILE', doc: 'write the Plan to a file instead' }],
  example: 'littoral plan test/edge/cli/fixtures/pumps.pipeline.ts',
  async run(call) {
    const loaded = await loadPipeline(call.operand(0));
    const text = `${planToJson(loaded.plan)}\n`;
    const planSha256 = createHash('sha256').update(text.trimEnd()).digest('hex');
    const words = [`${loaded.plan.name}: ${loaded.plan.nodes.length} operators, SHA-256 ${planSha256}`];
    const file = call.text('output');
    if (file === undefined) return { ok: true, document: loaded.plan, words, product: text };
    await writeWholeFile(file, text);
    return { ok: true, document: { ok: true, name: loaded.plan.name, planSha256, output: file }, words: [...words, `written to ${file}`] };
  }
};
