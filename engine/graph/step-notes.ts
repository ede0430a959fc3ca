import type { DeadLetter, DropFact } from '../operator/operator';
import type { GraphInput } from './graph-api';

/** Drop facts that one step reports. */
export const DROP_FACTS_MAX = 1000;

/** Dead letters and drop facts of one step, and the inputs they may be about. */
export class StepNotes {
  private letters: DeadLetter[] = [];
  private facts: DropFact[] = [];
  private inputs: { readonly firstAt: number; readonly inputs: readonly GraphInput[] }[] = [];

  constructor(private readonly positionOf: (node: string) => number) {}

  /** Inputs whose topic and arrival time letters of this step may need. */
  remember(inputs: readonly GraphInput[], firstAt: number): void {
    this.inputs.push({ firstAt, inputs });
  }

  /** The letter as it is kept: with the topic and arrival of the input that released its row. */
  addLetter(letter: DeadLetter): void {
    if (!Number.isNaN(letter.arrivalTimeMs)) {
      this.letters.push(letter);
      return;
    }
    const { topic, arrivalTimeMs } = this.originOf(letter.at);
    this.letters.push({ ...letter, topic, arrivalTimeMs });
  }

  addFact(fact: DropFact): void {
    if (this.facts.length < DROP_FACTS_MAX) this.facts.push(fact);
  }

  /** What was added since the last call, in order of (`at`, node), so that it does not depend on the cut into pushes. */
  take(): { readonly deadLetters: readonly DeadLetter[]; readonly dropFacts: readonly DropFact[] } {
    const order = (a: { at: number; node: string }, b: { at: number; node: string }): number => a.at - b.at || this.positionOf(a.node) - this.positionOf(b.node);
    const taken = { deadLetters: this.letters.sort(order), dropFacts: this.facts.sort(order) };
    this.letters = [];
    this.facts = [];
    this.inputs = [];
    return taken;
  }

  private originOf(at: number): { topic: string; arrivalTimeMs: number } {
    for (const { firstAt, inputs } of this.inputs) {
      const input = inputs[at - firstAt];
      if (input === undefined || input.kind === 'end') continue;
      return { topic: input.kind === 'message' ? input.topic : '', arrivalTimeMs: input.arrivalTimeMs };
    }
    return { topic: '', arrivalTimeMs: 0 };
  }
}
