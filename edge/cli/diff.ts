import { compareState, type StateCompatibility } from '../../engine/graph/state-compatibility';
import { compatibilityWords } from '../host/compatibility-words';
import { loadRunnable } from '../host/load-runnable';
import { stateReport } from '../host/state-report';
import { UsageError } from './verb';
import type { Outcome, Verb } from './verb';

/** `littoral diff`: what a new release would do to the state of the one before. */
export const diff: Verb = {
  name: 'diff',
  operands: '<old> <new> | <new> --data DIR',
  operandCount: { min: 1, max: 2 },
  summary: 'say which state a new release goes on with',
  details: `Compares two pipelines operator by operator: which go on with their state (windows, keys, watermarks), which begin anew and
why. With --data the old one is what an agent runs, and the rows that would be given up are counted. Pipelines may be
programs, notebooks, Plans or bundles. The answer is no when a state is given up.`,
  options: [{ name: 'data', value: 'DIR', doc: "an agent's data folder; it may be running" }],
  example: 'littoral diff test/edge/cli/fixtures/pumps.pipeline.ts test/edge/cli/fixtures/pumps.pipeline.ts',
  async run(call) {
    const dataDir = call.text('data');
    if ((dataDir === undefined) !== (call.operands.length === 2)) throw new UsageError('littoral diff: give two pipelines, or one and --data; see `littoral diff --help`');
    const next = (await loadRunnable(call.operand(call.operands.length - 1))).plan;
    if (dataDir === undefined) return outcome(compareState((await loadRunnable(call.operand(0))).plan, next), {});
    const report = await stateReport(dataDir, next);
    if (report === null) return { ok: true, document: { ok: true, nodes: [], rowsLost: 0 }, words: [`Nothing runs in "${dataDir}": there is no state to go on with.`] };
    return outcome(report.compatibility, { pipeline: report.pipeline, release: report.release });
  }
};

function outcome(compatibility: StateCompatibility, about: { readonly pipeline?: string; readonly release?: number }): Outcome {
  const ok = compatibility.nodes.every(({ verdict, rowsLost }) => (verdict !== 'fresh' && verdict !== 'removed') || rowsLost === 0);
  const head = about.pipeline === undefined ? [] : [`It would take over from ${about.pipeline}, release ${String(about.release)}.`];
  return { ok, document: { ok, ...about, ...compatibility }, words: [...head, ...compatibilityWords(compatibility)] };
}
