import { LittoralError } from '../../engine/error';
import type { Explanation } from '../../engine/explain/explanation';
import { RecordExplainer } from '../../engine/explain/record-explainer';
import { checkModels } from '../../engine/model/check-models';
import { resolveTypes } from '../../engine/plan/resolve-types';
import { loadModels } from './inference';
import { recordingInputs } from './recording-file';
import type { Runnable } from './replay';

/** Explains line `line` of a recording. Rejects with `NO_SUCH_RECORD` when the recording is shorter. */
export async function explainRecord({ plan, models }: Runnable, recording: string, line: number): Promise<Explanation> {
  const inference = await loadModels(checkModels(plan, resolveTypes(plan), models));
  try {
    const explainer = new RecordExplainer(plan, line, inference.infer);
    for await (const inputs of recordingInputs(recording)) await explainer.feed(inputs);
    await explainer.feed([{ kind: 'end' }]);
    const explanation = explainer.result();
    if (explanation !== null) return explanation;
    throw new LittoralError('NO_SUCH_RECORD', `recording "${recording}": it has ${explainer.inputCount - 1} lines, line ${line} was asked for; lines count from 0. Choose a smaller --record.`);
  } finally {
    await inference.dispose();
  }
}
