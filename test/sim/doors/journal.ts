/** The agent's journal; the world writes down which inputs got which number. */
import { Journal as Real } from '../../../edge/agent/journal';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { current } from '../world/current';

export class Journal extends Real {
  override append(inputs: readonly GraphInput[]): number {
    const firstSeq = super.append(inputs);
    current.machine?.options.onInputs(firstSeq, inputs);
    return firstSeq;
  }
}
