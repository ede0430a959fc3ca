import type { Journal } from '../../../edge/agent/journal';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { current } from '../world/current';

type Class = typeof Journal;

/** The agent's journal; the world writes down which inputs got which number. */
export function watch<T>(value: T, name: string): T {
  if (name !== 'Journal') return value;
  const Real = value as unknown as Class;
  class Watched extends Real {
    override append(inputs: readonly GraphInput[]): number {
      const firstSeq = super.append(inputs);
      current.machine?.options.onInputs(firstSeq, inputs);
      return firstSeq;
    }
  }
  return Watched as unknown as T;
}
